// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/record_line.h"

#include "core/mlflow/validation.h"

#include <cmath>
#include <limits>
#include <optional>
#include <simdjson.h>
#include <string>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

namespace json = simdjson::ondemand;

constexpr qsizetype kRemarks = 20;
constexpr qsizetype kChunkMetrics = 1000;
constexpr qsizetype kChunkOthers = 100;

enum class Kind : quint8 { None, Metric, Param, Tag, Artifact };

//! A line while it is read; the views live until the next line.
struct Fields {
    Kind kind = Kind::None;
    std::string_view name;
    std::optional<std::string_view> text; //!< The value as text: a string's content or a token.
    std::optional<double> number;
    std::optional<qint64> step;
    std::optional<qint64> timestamp;
    std::string_view to;
    QString unknown; //!< A member that means nothing here.
    QString problem;
};

QString toText(std::string_view bytes)
{
    return QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size()));
}

std::string_view trimmed(std::string_view token)
{
    while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ')
        token.remove_suffix(1);
    return token;
}

std::optional<double> undefinedNumber(std::string_view word)
{
    using Limits = std::numeric_limits<double>;
    if (word == "NaN")
        return Limits::quiet_NaN();
    if (word == "Infinity")
        return Limits::infinity();
    if (word == "-Infinity")
        return -Limits::infinity();
    return std::nullopt;
}

Kind kindOf(std::string_view key)
{
    if (key == "metric")
        return Kind::Metric;
    if (key == "param")
        return Kind::Param;
    if (key == "tag")
        return Kind::Tag;
    return key == "artifact" ? Kind::Artifact : Kind::None;
}

//! A whole number, also when it was written with a point ("5.0").
std::optional<qint64> wholeNumber(json::value value)
{
    int64_t exact = 0;
    if (value.get_int64().get(exact) == simdjson::SUCCESS)
        return exact;
    double rough = 0.0;
    constexpr double kExact = 9007199254740992.0; // beyond it a double has no exact neighbour
    if (value.get_double().get(rough) != simdjson::SUCCESS || std::trunc(rough) != rough
        || std::abs(rough) > kExact)
        return std::nullopt;
    return static_cast<qint64>(rough);
}

bool isNull(json::value value)
{
    json::json_type type{};
    return value.type().get(type) == simdjson::SUCCESS && type == json::json_type::null
        && bool(value.is_null());
}

//! The text of a list or object as it was written; nothing when it is broken.
std::optional<std::string_view> rawJson(json::value value, json::json_type type)
{
    std::string_view text;
    json::array array;
    json::object object;
    const bool isList = type == json::json_type::array;
    if (isList ? value.get_array().get(array) : value.get_object().get(object))
        return std::nullopt;
    if (isList ? array.raw_json().get(text) : object.raw_json().get(text))
        return std::nullopt;
    return text;
}

void readValue(json::value value, Fields &fields)
{
    json::json_type type{};
    if (value.type().get(type) != simdjson::SUCCESS) {
        fields.problem = u"its value is not JSON"_s;
        return;
    }
    std::string_view text;
    double number = 0.0;
    switch (type) {
    case json::json_type::string:
        if (value.get_string().get(text) != simdjson::SUCCESS)
            fields.problem = u"its value is no proper text"_s;
        fields.text = text;
        fields.number = undefinedNumber(text);
        return;
    case json::json_type::number:
        fields.text = trimmed(value.raw_json_token());
        if (value.get_double().get(number) == simdjson::SUCCESS)
            fields.number = number;
        else
            fields.problem = u"its value is not a number that fits 64 bits"_s;
        return;
    case json::json_type::boolean:
        fields.text = trimmed(value.raw_json_token());
        return;
    case json::json_type::array:
    case json::json_type::object:
        fields.text = rawJson(value, type);
        if (!fields.text)
            fields.problem = u"its value is not JSON"_s;
        return;
    case json::json_type::null:
        return;
    }
}

void readWhole(json::value value, const QString &name, std::optional<qint64> *into, Fields &fields)
{
    if (isNull(value))
        return;
    *into = wholeNumber(value);
    if (!*into)
        fields.problem = name % u" must be a whole number"_s
            % (name == "timestamp"_L1 ? u" of milliseconds since 1970"_s : QString());
}

void readName(json::value value, Kind kind, Fields &fields)
{
    if (fields.kind != Kind::None) {
        fields.problem = u"it names two things; write one line for each"_s;
        return;
    }
    fields.kind = kind;
    if (value.get_string().get(fields.name) != simdjson::SUCCESS)
        fields.problem = u"the name must be text"_s;
}

void readMember(std::string_view key, json::value value, Fields &fields)
{
    if (const Kind kind = kindOf(key); kind != Kind::None) {
        readName(value, kind, fields);
    } else if (key == "value") {
        readValue(value, fields);
    } else if (key == "step") {
        readWhole(value, u"step"_s, &fields.step, fields);
    } else if (key == "timestamp") {
        readWhole(value, u"timestamp"_s, &fields.timestamp, fields);
    } else if (key == "to") {
        if (value.get_string().get(fields.to) != simdjson::SUCCESS)
            fields.problem = u"\"to\" must be text"_s;
    } else {
        fields.unknown = toText(key.substr(0, 40));
    }
}

} // namespace

const std::size_t RecordParser::kPadding = simdjson::SIMDJSON_PADDING;

bool RecordChunk::isEmpty() const
{
    return metrics.isEmpty() && params.isEmpty() && tags.isEmpty() && artifacts.isEmpty()
        && remarks.isEmpty() && skipped == 0 && lastLine == 0 && !ended;
}

bool RecordChunk::isFull() const
{
    return metrics.size() >= kChunkMetrics || params.size() >= kChunkOthers
        || tags.size() >= kChunkOthers || artifacts.size() >= kChunkOthers
        || skipped >= kChunkMetrics;
}

struct RecordParser::Private {
    simdjson::ondemand::parser parser;
    qsizetype remarks = 0;
    std::string lastKey; // a stream mostly repeats its few names
    QString lastName;

    void remark(RecordChunk &chunk, qint64 line, const QString &text)
    {
        if (++remarks <= kRemarks)
            chunk.remarks.append({line, text});
    }
    const QString &nameOf(std::string_view key)
    {
        if (lastName.isNull() || key != lastKey) {
            lastKey = key;
            lastName = toText(key);
        }
        return lastName;
    }
    [[nodiscard]] Fields read(std::string_view line);
    [[nodiscard]] QString take(const Fields &fields, qint64 number, qint64 nowMs, RecordChunk &to);
    [[nodiscard]] QString takeMetric(const Fields &fields, qint64 nowMs, RecordChunk &to);
};

RecordParser::RecordParser()
    : d(std::make_unique<Private>())
{
}

RecordParser::~RecordParser() = default;

Fields RecordParser::Private::read(std::string_view line)
{
    Fields fields;
    json::document document;
    json::object object;
    const bool isObject =
        parser.iterate(line.data(), line.size(), line.size() + kPadding).get(document)
            == simdjson::SUCCESS
        && document.get_object().get(object) == simdjson::SUCCESS;
    if (!isObject) {
        fields.problem = u"it is not a JSON object"_s;
        return fields;
    }
    for (auto entry : object) {
        json::field field;
        std::string_view key;
        if (std::move(entry).get(field) != simdjson::SUCCESS
            || field.unescaped_key().get(key) != simdjson::SUCCESS) {
            fields.problem = u"it is not a JSON object"_s;
            return fields;
        }
        readMember(key, field.value(), fields);
        if (!fields.problem.isEmpty())
            return fields;
    }
    const char *rest = nullptr;
    if (document.current_location().get(rest) == simdjson::SUCCESS)
        fields.problem = u"something follows the JSON object"_s;
    return fields;
}

QString RecordParser::Private::takeMetric(const Fields &fields, qint64 nowMs, RecordChunk &to)
{
    if (!fields.number) {
        return fields.text ? u"a metric's value is a number, or \"NaN\", \"Infinity\", "
                             u"\"-Infinity\" as text"_s
                           : u"it has no value"_s;
    }
    mlflow::Metric metric{nameOf(fields.name), *fields.number, fields.timestamp.value_or(nowMs),
        fields.step.value_or(0)};
    if (const auto ok = mlflow::checkMetric(metric); !ok)
        return ok.error().message;
    to.metrics << metric;
    return {};
}

QString RecordParser::Private::take(
    const Fields &fields, qint64 number, qint64 nowMs, RecordChunk &to)
{
    switch (fields.kind) {
    case Kind::None:
        return u"it names no metric, param, tag or artifact"_s;
    case Kind::Metric:
        return takeMetric(fields, nowMs, to);
    case Kind::Param: {
        const mlflow::Param param{toText(fields.name), toText(fields.text.value_or(""))};
        if (const auto ok = mlflow::checkParam(param); !ok || !fields.text)
            return fields.text ? ok.error().message : u"it has no value"_s;
        to.params << param;
        return {};
    }
    case Kind::Tag: {
        const mlflow::Tag tag{toText(fields.name), toText(fields.text.value_or(""))};
        if (const auto ok = mlflow::checkRunTag(tag); !ok || !fields.text)
            return fields.text ? ok.error().message : u"it has no value"_s;
        to.tags << tag;
        return {};
    }
    case Kind::Artifact:
        to.artifacts.append({toText(fields.name), toText(fields.to), number});
        return {};
    }
    return {};
}

void RecordParser::parse(std::string_view line, qint64 number, qint64 nowMs, RecordChunk &chunk)
{
    chunk.lastLine = number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos)
        return;
    const Fields fields = d->read(line);
    const QString problem =
        fields.problem.isEmpty() ? d->take(fields, number, nowMs, chunk) : fields.problem;
    if (!problem.isEmpty())
        refuse(number, problem, chunk);
    else if (!fields.unknown.isEmpty())
        d->remark(chunk, number, u"\"%1\" means nothing here and is ignored"_s.arg(fields.unknown));
}

void RecordParser::refuse(qint64 number, const QString &reason, RecordChunk &chunk)
{
    chunk.lastLine = number;
    ++chunk.skipped;
    d->remark(chunk, number, u"skipped, "_s % reason);
}

} // namespace signalbox
