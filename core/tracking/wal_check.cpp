// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/wal_check.h"

#include <QtCore/QFile>
#include <QtCore/QtEndian>

#include <algorithm>
#include <vector>

using namespace Qt::StringLiterals;

namespace signalbox::wal {

namespace {

constexpr qsizetype kHeader = 32;
constexpr qsizetype kFrameHeader = 24;
constexpr quint32 kMagic = 0x377f0682;
constexpr quint32 kUsualPage = 4096;
constexpr quint32 kLargestPage = 65536;
constexpr quint32 kSmallestPage = 512;
constexpr qint64 kLargestLog = 1LL << 30;

quint32 wordAt(const QByteArray &bytes, qsizetype offset)
{
    return qFromBigEndian<quint32>(bytes.constData() + offset);
}

struct Sum {
    quint32 a = 0;
    quint32 b = 0;
    friend bool operator==(const Sum &, const Sum &) = default;
};

Sum sumAt(const QByteArray &bytes, qsizetype offset)
{
    return {wordAt(bytes, offset), wordAt(bytes, offset + 4)};
}

Sum added(Sum sum, const char *data, qsizetype size, bool bigEndian)
{
    for (qsizetype i = 0; i + 8 <= size; i += 8) {
        const quint32 x =
            bigEndian ? qFromBigEndian<quint32>(data + i) : qFromLittleEndian<quint32>(data + i);
        const quint32 y = bigEndian ? qFromBigEndian<quint32>(data + i + 4)
                                    : qFromLittleEndian<quint32>(data + i + 4);
        sum.a += x + sum.b;
        sum.b += y + sum.a;
    }
    return sum;
}

struct Frame {
    qsizetype offset = 0;
    quint32 page = 0;
    bool commits = false;
    bool ours = false; //!< Of the generation that the log holds now.
    bool whole = false; //!< Its checksum fits to the one that the frame before it carries.
};

struct Log {
    std::vector<Frame> frames;
    quint32 pageSize = kUsualPage;
    bool headerIsFine = false;
};

bool isPageSize(quint32 size)
{
    return size >= kSmallestPage && size <= kLargestPage && (size & (size - 1)) == 0;
}

Log framesOf(const QByteArray &bytes)
{
    Log log;
    if (bytes.size() < kHeader + kFrameHeader)
        return log;
    const bool bigEndian = (wordAt(bytes, 0) & 1U) != 0;
    log.headerIsFine = (wordAt(bytes, 0) & ~1U) == kMagic && isPageSize(wordAt(bytes, 8))
        && added({}, bytes.constData(), kFrameHeader, bigEndian) == sumAt(bytes, kFrameHeader);
    log.pageSize = log.headerIsFine ? wordAt(bytes, 8) : kUsualPage;
    // Without a header the first frame tells the generation; machines of today are little-endian.
    const Sum salt = sumAt(bytes, log.headerIsFine ? 16 : kHeader + 8);
    const bool words = log.headerIsFine && bigEndian;
    Sum before = sumAt(bytes, kFrameHeader);
    const qsizetype length = kFrameHeader + static_cast<qsizetype>(log.pageSize);
    for (qsizetype at = kHeader; at + length <= bytes.size(); at += length) {
        Frame frame{
            at, wordAt(bytes, at), wordAt(bytes, at + 4) != 0, sumAt(bytes, at + 8) == salt, false};
        Sum sum = added(before, bytes.constData() + at, 8, words);
        sum = added(sum, bytes.constData() + at + kFrameHeader, length - kFrameHeader, words);
        before = sumAt(bytes, at + 16);
        frame.whole = frame.ours && frame.page > 0 && sum == before;
        log.frames.push_back(frame);
    }
    return log;
}

Result<QByteArray> contentOf(const QString &path)
{
    QFile file(path);
    if (!file.exists() || file.size() == 0)
        return QByteArray();
    if (file.size() > kLargestLog || !file.open(QIODevice::ReadOnly))
        return Failure(ErrorKind::Local,
            u"The journal's log \"%1\" cannot be read (%2)."_s.arg(path, file.errorString()),
            u"Look at its size and permissions."_s);
    return file.readAll();
}

} // namespace

Report inspect(const QByteArray &bytes)
{
    const Log log = framesOf(bytes);
    Report report;
    const auto isBad = [&log](const Frame &frame) { return !log.headerIsFine || !frame.whole; };
    const auto bad = std::find_if(log.frames.begin(), log.frames.end(), isBad);
    report.whole = static_cast<int>(std::distance(log.frames.begin(), bad));
    // Up to the last commit of this generation; what follows was never finished.
    const auto isCommit = [](const Frame &frame) { return frame.ours && frame.commits; };
    const auto last = std::find_if(log.frames.rbegin(), log.frames.rend(), isCommit).base();
    report.skipped = std::max(static_cast<int>(std::distance(bad, last)), 0);
    return report;
}

Result<Report> inspect(const QString &walPath)
{
    const auto bytes = contentOf(walPath);
    if (!bytes)
        return bytes.failure();
    return inspect(bytes.value());
}

Result<int> apply(const QString &walPath, const QString &databasePath)
{
    const auto bytes = contentOf(walPath);
    if (!bytes)
        return bytes.failure();
    const Log log = framesOf(bytes.value());
    const auto isCommit = [](const Frame &frame) { return frame.whole && frame.commits; };
    const auto last = std::find_if(log.frames.rbegin(), log.frames.rend(), isCommit).base();
    QFile database(databasePath);
    bool written = database.open(QIODevice::ReadWrite);
    int count = 0;
    for (auto frame = log.frames.begin(); written && frame != last; ++frame) {
        if (!frame->whole)
            continue;
        const auto page = static_cast<qsizetype>(log.pageSize);
        written = database.seek((static_cast<qint64>(frame->page) - 1) * page)
            && database.write(bytes->constData() + frame->offset + kFrameHeader, page) == page;
        ++count;
    }
    if (!written || !database.flush())
        return Failure(ErrorKind::Local,
            u"The copy \"%1\" of a damaged journal cannot be written (%2)."_s.arg(
                databasePath, database.errorString()),
            u"Free some space, then start again."_s);
    return count;
}

} // namespace signalbox::wal
