// SPDX-License-Identifier: Apache-2.0
#include "core/http/download_sink.h"

#include <QtCore/QFileInfo>
#include <QtCore/QRegularExpression>
#include <QtCore/QUuid>

#include <cerrno>
#include <cstdio>
#include <sys/file.h>
#include <sys/stat.h>
#include <utility>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qint64 kLongestValidator = 1000;

struct ContentRange {
    qint64 from = -1;
    qint64 total = -1;
};

ContentRange parsedRange(const QByteArray &header)
{
    static const QRegularExpression pattern(u"^bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18})$"_s);
    const auto match = pattern.match(QString::fromLatin1(header.trimmed()));
    if (!match.hasMatch())
        return {};
    return {match.captured(1).toLongLong(), match.captured(2).toLongLong()};
}

//! Only a strong validator says that two answers are the same bytes.
bool isStrong(const QByteArray &validator)
{
    return validator.size() > 2 && validator.size() < kLongestValidator && validator.startsWith('"')
        && validator.endsWith('"');
}

bool isFile(int handle, const QString &name)
{
    struct stat open = {};
    struct stat named = {};
    return ::fstat(handle, &open) == 0 && ::stat(QFile::encodeName(name).constData(), &named) == 0
        && open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

QByteArray contentOf(const QString &name)
{
    QFile file(name);
    return file.open(QIODevice::ReadOnly) ? file.read(kLongestValidator) : QByteArray();
}

bool writeAll(const QString &name, const QByteArray &content)
{
    QFile file(name);
    return file.open(QIODevice::WriteOnly | QIODevice::Truncate)
        && file.write(content) == content.size() && file.flush();
}

} // namespace

DownloadSink::DownloadSink(QString target, bool resumable)
    : m_target(std::move(target))
    , m_resumable(resumable)
{
}

DownloadSink::~DownloadSink()
{
    leave();
}

QString DownloadSink::partName() const
{
    return m_target % u".signalbox-part"_s;
}

QString DownloadSink::tagName() const
{
    return partName() % u".tag"_s;
}

bool DownloadSink::lockPart()
{
    m_file.setFileName(partName());
    if (!m_file.open(QIODevice::ReadWrite))
        return false;
    // Between opening and locking, another download may have given the file its final name.
    if (::flock(m_file.handle(), LOCK_EX | LOCK_NB) == 0 && isFile(m_file.handle(), partName()))
        return true;
    m_file.close();
    return false;
}

HeaderList DownloadSink::begin()
{
    leave();
    m_from = 0;
    m_total = -1;
    m_error.clear();
    if (!isWanted() || !m_resumable)
        return {};
    m_resumable = lockPart(); // somebody else downloads the same: then without a part to keep
    if (!m_resumable)
        return {};
    m_validator = contentOf(tagName());
    // A coded answer could not be continued at a byte of the file.
    HeaderList headers{{"Accept-Encoding", "identity"}};
    if (isStrong(m_validator) && m_file.size() > 0) {
        m_from = m_file.size();
        headers.append({"Range", "bytes=" + QByteArray::number(m_from) + '-'});
        headers.append({"If-Range", m_validator});
    }
    return headers;
}

bool DownloadSink::open(int status, const QByteArray &contentRange, const QByteArray &validator)
{
    if (std::exchange(m_writing, true))
        return true;
    if (!m_resumable) {
        m_file.setFileName(
            m_target % u".part-" % QUuid::createUuid().toString(QUuid::Id128).left(8));
        return m_file.open(QIODevice::WriteOnly | QIODevice::NewOnly);
    }
    if (status == 206) {
        const ContentRange range = parsedRange(contentRange);
        m_total = range.total;
        if (range.from == m_from && m_from > 0)
            return m_file.seek(m_from);
        m_error = u"the server sent another part than asked for"_s;
        m_validator.clear(); // the next try begins at the beginning
        return false;
    }
    // Before the bytes: a part whose tag belongs to an older file must never exist.
    QFile::remove(tagName());
    m_validator = isStrong(validator) ? validator : QByteArray();
    // A file that was cut to nothing is written to the disk by ext4 when it is closed: only if
    // needed.
    const bool isEmpty = m_file.size() == 0 || m_file.resize(0);
    return isEmpty && m_file.seek(0) && (m_validator.isEmpty() || writeAll(tagName(), m_validator));
}

bool DownloadSink::write(const QByteArray &chunk, int status, const QByteArray &contentRange,
    const QByteArray &validator)
{
    return open(status, contentRange, validator) && m_file.write(chunk) == chunk.size();
}

bool DownloadSink::commit(int status, const QByteArray &contentRange, const QByteArray &validator)
{
    if (!open(status, contentRange, validator) || !m_file.flush())
        return false;
    if (m_total >= 0 && m_file.size() != m_total) {
        m_error = u"it has %1 bytes, the server said %2"_s.arg(m_file.size()).arg(m_total);
        restart();
        return false;
    }
    // Replaces what is there in one step, which QFile::rename refuses to do.
    if (std::rename(QFile::encodeName(m_file.fileName()).constData(),
            QFile::encodeName(m_target).constData())
        != 0)
        return false;
    if (m_resumable)
        QFile::remove(tagName());
    m_file.close();
    m_file.setFileName({});
    m_writing = false;
    return true;
}

void DownloadSink::leave()
{
    m_writing = false;
    if (m_file.fileName().isEmpty())
        return;
    const bool keeps = m_resumable && isStrong(m_validator) && m_file.flush() && m_file.size() > 0;
    if (!keeps) {
        if (m_resumable)
            QFile::remove(tagName());
        m_file.remove();
    }
    m_file.close();
    m_file.setFileName({});
}

void DownloadSink::restart()
{
    m_validator.clear();
    leave();
}

QString DownloadSink::errorString() const
{
    if (!m_error.isEmpty())
        return m_error;
    return errno != 0 ? qt_error_string(errno) : m_file.errorString();
}

} // namespace signalbox
