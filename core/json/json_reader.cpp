// SPDX-License-Identifier: Apache-2.0
#include "core/json/json_reader.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

#include <bit>
#include <cmath>
#include <limits>
#include <simdjson.h>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace dom = simdjson::dom;

//! Turns the opaque words of a view into the element they hold and back.
class JsonViewAccess final {
public:
    using Raw = std::array<std::uintptr_t, 2>;
    static_assert(sizeof(dom::element) == sizeof(Raw) && alignof(dom::element) <= alignof(Raw));
    static_assert(std::is_trivially_copyable_v<dom::element>);

    static bool exists(const JsonView &view) { return view.m_element[0] != 0; }
    static dom::element element(const JsonView &view)
    {
        return std::bit_cast<dom::element>(view.m_element);
    }
    static JsonView view(const dom::element &element)
    {
        JsonView v;
        v.m_element = std::bit_cast<Raw>(element);
        return v;
    }
};

namespace {

using Access = JsonViewAccess;

constexpr size_t kMaxDepth = 64;
constexpr qsizetype kExcerpt = 24;

QString text(std::string_view s)
{
    return QString::fromUtf8(s.data(), static_cast<qsizetype>(s.size()));
}

bool is(const JsonView &view, dom::element_type type)
{
    return Access::exists(view) && Access::element(view).type() == type;
}

std::string_view stringOf(const dom::element &element)
{
    std::string_view s;
    return element.get_string().get(s) == simdjson::SUCCESS ? s : std::string_view{};
}

std::optional<qint64> wholeNumber(double value)
{
    static constexpr double kLimit = 9007199254740992.0; // above, a double no longer tells
    if (std::trunc(value) != value || std::abs(value) > kLimit)
        return std::nullopt;
    return static_cast<qint64>(value);
}

double parseNumber(std::string_view s, double fallback)
{
    if (s == "NaN" || s == "nan")
        return std::numeric_limits<double>::quiet_NaN();
    if (s == "Infinity" || s == "inf" || s == "+Infinity")
        return std::numeric_limits<double>::infinity();
    if (s == "-Infinity" || s == "-inf")
        return -std::numeric_limits<double>::infinity();
    bool ok = false;
    const double value = QByteArrayView(s.data(), static_cast<qsizetype>(s.size())).toDouble(&ok);
    return ok ? value : fallback;
}

qint64 parseInteger(std::string_view s, qint64 fallback)
{
    bool ok = false;
    const qint64 value = QByteArrayView(s.data(), static_cast<qsizetype>(s.size())).toLongLong(&ok);
    return ok ? value : fallback;
}

//! "line 3, column 14, near "..."", found by the slower parser that reports places.
QString placeOf(const QByteArray &json)
{
    QJsonParseError error;
    QJsonDocument::fromJson(json, &error);
    if (error.error == QJsonParseError::NoError)
        return {};
    const qsizetype at = std::min<qsizetype>(error.offset, json.size());
    const QByteArrayView before = QByteArrayView(json).first(at);
    const qsizetype lineStart = before.lastIndexOf('\n') + 1;
    QByteArray near = json.mid(std::max<qsizetype>(0, at - 4), kExcerpt);
    for (char &c : near)
        c = (c >= ' ' && c <= '~') ? c : ' ';
    return u"line %1, column %2, near \"%3\""_s.arg(QString::number(before.count('\n') + 1),
        QString::number(at - lineStart + 1), QString::fromLatin1(near.trimmed()));
}

Failure notJson(const QByteArray &json, simdjson::error_code code)
{
    QString message = u"The answer is not valid JSON ("_s
        % QString::fromUtf8(simdjson::error_message(code)).trimmed() % u')';
    if (json.trimmed().isEmpty())
        message = u"The answer is empty where JSON was expected"_s;
    else if (const QString place = placeOf(json); !place.isEmpty())
        message += u" at "_s % place;
    return Failure(ErrorKind::Decode, message % u'.');
}

} // namespace

bool JsonView::isNull() const
{
    return !Access::exists(*this) || Access::element(*this).is_null();
}

bool JsonView::isObject() const
{
    return is(*this, dom::element_type::OBJECT);
}

bool JsonView::isArray() const
{
    return is(*this, dom::element_type::ARRAY);
}

bool JsonView::isString() const
{
    return is(*this, dom::element_type::STRING);
}

qsizetype JsonView::size() const
{
    dom::array array;
    dom::object object;
    if (!Access::exists(*this))
        return 0;
    const dom::element element = Access::element(*this);
    if (element.get_array().get(array) == simdjson::SUCCESS)
        return static_cast<qsizetype>(array.size());
    if (element.get_object().get(object) == simdjson::SUCCESS)
        return static_cast<qsizetype>(object.size());
    return 0;
}

bool JsonView::has(const char *key) const
{
    return Access::exists((*this)[key]);
}

JsonView JsonView::operator[](const char *key) const
{
    if (!Access::exists(*this))
        return {};
    dom::object object;
    dom::element value;
    if (Access::element(*this).get_object().get(object) != simdjson::SUCCESS
        || object.at_key(key).get(value) != simdjson::SUCCESS)
        return {};
    return Access::view(value);
}

QString JsonView::string(const char *key) const
{
    return (*this)[key].asString();
}

QByteArrayView JsonView::utf8(const char *key) const
{
    return (*this)[key].asUtf8();
}

qint64 JsonView::integer(const char *key, qint64 fallback) const
{
    return (*this)[key].asInteger(fallback);
}

double JsonView::number(const char *key, double fallback) const
{
    return (*this)[key].asNumber(fallback);
}

bool JsonView::boolean(const char *key, bool fallback) const
{
    return (*this)[key].asBoolean(fallback);
}

QString JsonView::asString() const
{
    if (!Access::exists(*this))
        return {};
    const dom::element e = Access::element(*this);
    switch (e.type()) {
    case dom::element_type::STRING:
        return text(stringOf(e));
    case dom::element_type::INT64:
        return QString::number(e.get_int64().value_unsafe());
    case dom::element_type::UINT64:
        return QString::number(e.get_uint64().value_unsafe());
    case dom::element_type::DOUBLE:
        return QString::number(e.get_double().value_unsafe(), 'g', QLocale::FloatingPointShortest);
    case dom::element_type::BOOL:
        return e.get_bool().value_unsafe() ? u"true"_s : u"false"_s;
    case dom::element_type::ARRAY:
    case dom::element_type::OBJECT:
    case dom::element_type::NULL_VALUE:
        break;
    }
    return {};
}

QByteArrayView JsonView::asUtf8() const
{
    if (!Access::exists(*this))
        return {};
    const std::string_view s = stringOf(Access::element(*this));
    return {s.data(), static_cast<qsizetype>(s.size())};
}

double JsonView::asNumber(double fallback) const
{
    if (!Access::exists(*this))
        return fallback;
    const dom::element e = Access::element(*this);
    double value = 0.0;
    if (e.type() == dom::element_type::STRING)
        return parseNumber(stringOf(e), fallback);
    return e.get_double().get(value) == simdjson::SUCCESS ? value : fallback;
}

qint64 JsonView::asInteger(qint64 fallback) const
{
    if (!Access::exists(*this))
        return fallback;
    const dom::element e = Access::element(*this);
    int64_t value = 0;
    if (e.type() == dom::element_type::STRING)
        return parseInteger(stringOf(e), fallback);
    if (e.type() == dom::element_type::DOUBLE)
        return wholeNumber(e.get_double().value_unsafe()).value_or(fallback);
    return e.get_int64().get(value) == simdjson::SUCCESS ? qint64{value} : fallback;
}

bool JsonView::asBoolean(bool fallback) const
{
    if (!Access::exists(*this))
        return fallback;
    const dom::element e = Access::element(*this);
    bool value = false;
    if (e.get_bool().get(value) == simdjson::SUCCESS)
        return value;
    const std::string_view s = stringOf(e);
    if (s == "true" || s == "True")
        return true;
    return (s == "false" || s == "False") ? false : fallback;
}

void JsonView::forEach(const std::function<void(const JsonView &)> &f) const
{
    dom::array array;
    if (!isArray() || Access::element(*this).get_array().get(array) != simdjson::SUCCESS)
        return;
    for (const dom::element element : array)
        f(Access::view(element));
}

void JsonView::forEachMember(const std::function<void(const QString &, const JsonView &)> &f) const
{
    dom::object object;
    if (!isObject() || Access::element(*this).get_object().get(object) != simdjson::SUCCESS)
        return;
    for (const dom::key_value_pair member : object)
        f(text(member.key), Access::view(member.value));
}

QJsonObject JsonView::toObject() const
{
    QJsonObject copy;
    forEachMember(
        [&copy](const QString &key, const JsonView &value) { copy.insert(key, value.toValue()); });
    return copy;
}

QJsonValue JsonView::toValue() const
{
    if (isNull())
        return QJsonValue::Null;
    const dom::element e = Access::element(*this);
    switch (e.type()) {
    case dom::element_type::OBJECT:
        return toObject();
    case dom::element_type::ARRAY: {
        QJsonArray copy;
        forEach([&copy](const JsonView &value) { copy.append(value.toValue()); });
        return copy;
    }
    case dom::element_type::STRING:
        return asString();
    case dom::element_type::INT64:
        return qint64{e.get_int64().value_unsafe()};
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE:
        return asNumber();
    case dom::element_type::BOOL:
        return asBoolean();
    case dom::element_type::NULL_VALUE:
        break;
    }
    return QJsonValue::Null;
}

Result<void> readJson(const QByteArray &text, const std::function<void(const JsonView &)> &visit)
{
    const auto size = static_cast<size_t>(text.size());
    dom::parser parser;
    dom::element root;
    simdjson::error_code code = parser.allocate(std::max<size_t>(size, 64), kMaxDepth);
    if (code == simdjson::SUCCESS)
        code = parser.parse(text.constData(), size, true).get(root);
    if (code != simdjson::SUCCESS)
        return notJson(text, code);
    if (!root.is_object())
        return Failure(ErrorKind::Decode, u"The answer is JSON, but not an object as expected."_s);
    visit(Access::view(root));
    return {};
}

} // namespace signalbox
