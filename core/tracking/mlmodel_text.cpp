// SPDX-License-Identifier: Apache-2.0
#include "core/tracking/mlmodel_text.h"

#include <QtCore/QDateTime>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QTimeZone>

#include <algorithm>
#include <optional>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qsizetype kLongestText = 256 * 1024;

struct Line {
    qsizetype indent = 0;
    QString key;
    QString value; //!< As written; empty opens a block.
};

std::optional<Line> parsedLine(const QString &text)
{
    const auto first = std::find_if(text.cbegin(), text.cend(), [](QChar c) { return c != u' '; });
    const qsizetype indent = first - text.cbegin();
    const QString rest = text.mid(indent).trimmed();
    const qsizetype colon = rest.indexOf(u':');
    if (colon <= 0 || rest.startsWith(u'-') || rest.startsWith(u'#'))
        return std::nullopt;
    const bool isKey = colon + 1 == rest.size() || rest.at(colon + 1) == u' ';
    if (!isKey)
        return std::nullopt;
    return Line{indent, rest.left(colon), rest.mid(colon + 1).trimmed()};
}

//! Null for what is no plain value: a block, a list, a text over several lines.
QJsonValue plainValue(const QString &text)
{
    if (text == "true"_L1 || text == "false"_L1)
        return text == "true"_L1;
    const bool quoted = text.size() >= 2 && text.front() == text.back()
        && (text.front() == u'\'' || text.front() == u'"');
    if (quoted)
        return text.mid(1, text.size() - 2);
    static constexpr QStringView kNotPlain = u"'\"|>[{&*!";
    if (text.isEmpty() || text == "null"_L1 || kNotPlain.contains(text.front()))
        return QJsonValue::Null;
    return text;
}

class Reader final {
public:
    void take(const Line &line)
    {
        if (line.indent == 0)
            takeTop(line);
        else if (m_inFlavors && (line.indent == m_flavorIndent || m_flavorIndent == 0))
            openFlavor(line);
        else if (m_inFlavors && line.indent > m_flavorIndent)
            takeSetting(line);
    }
    [[nodiscard]] QJsonObject document() const
    {
        QJsonObject document = m_top;
        document.insert(u"flavors"_s, m_flavors);
        return document;
    }

private:
    void takeTop(const Line &line)
    {
        static const QStringList kept{u"utc_time_created"_s, u"model_uuid"_s, u"mlflow_version"_s};
        m_inFlavors = line.key == "flavors"_L1;
        m_flavorIndent = 0;
        const QJsonValue value = plainValue(line.value);
        if (kept.contains(line.key) && value.isString())
            m_top.insert(line.key, value);
    }
    void openFlavor(const Line &line)
    {
        m_flavorIndent = line.indent;
        m_flavor = line.key;
        m_settingIndent = 0;
        m_flavors.insert(m_flavor, QJsonObject());
    }
    void takeSetting(const Line &line)
    {
        if (m_settingIndent == 0)
            m_settingIndent = line.indent;
        const QJsonValue value = plainValue(line.value);
        if (line.indent != m_settingIndent || value.isNull())
            return;
        QJsonObject settings = m_flavors.value(m_flavor).toObject();
        settings.insert(line.key, value);
        m_flavors.insert(m_flavor, settings);
    }

    QJsonObject m_top;
    QJsonObject m_flavors;
    QString m_flavor;
    qsizetype m_flavorIndent = 0;
    qsizetype m_settingIndent = 0;
    bool m_inFlavors = false;
};

QString pythonTime(qint64 epochMs)
{
    return QDateTime::fromMSecsSinceEpoch(epochMs, QTimeZone::utc())
        .toString(u"yyyy-MM-dd HH:mm:ss.zzz'000'"_s);
}

} // namespace

QJsonObject modelDescription(
    const QByteArray &mlmodel, const QString &artifactPath, const QString &runId, qint64 createdMs)
{
    Reader reader;
    const QStringList lines = QString::fromUtf8(mlmodel.left(kLongestText)).split(u'\n');
    for (const QString &text : lines) {
        if (const auto line = parsedLine(text))
            reader.take(*line);
    }
    QJsonObject document = reader.document();
    document.insert(u"artifact_path"_s, artifactPath);
    document.insert(u"run_id"_s, runId);
    if (!document.contains(u"utc_time_created"_s))
        document.insert(u"utc_time_created"_s, pythonTime(createdMs));
    return document;
}

bool isInModelHistory(const QString &historyTag, const QString &artifactPath)
{
    const QJsonArray entries = QJsonDocument::fromJson(historyTag.toUtf8()).array();
    return std::any_of(entries.cbegin(), entries.cend(), [&artifactPath](const QJsonValue &entry) {
        return entry[u"artifact_path"_s].toString() == artifactPath;
    });
}

QString newestInModelHistory(const QString &historyTag)
{
    const QJsonArray entries = QJsonDocument::fromJson(historyTag.toUtf8()).array();
    return entries.isEmpty() ? QString() : entries.last()[u"artifact_path"_s].toString();
}

} // namespace signalbox
