// SPDX-License-Identifier: Apache-2.0
#include "core/http/http_message.h"

using namespace Qt::StringLiterals;

namespace signalbox {

QString nameOf(Verb verb)
{
    switch (verb) {
    case Verb::Get:
        return u"GET"_s;
    case Verb::Head:
        return u"HEAD"_s;
    case Verb::Post:
        return u"POST"_s;
    case Verb::Put:
        return u"PUT"_s;
    case Verb::Patch:
        return u"PATCH"_s;
    case Verb::Delete:
        return u"DELETE"_s;
    }
    return u"GET"_s;
}

QString nameOf(RequestClass requestClass)
{
    switch (requestClass) {
    case RequestClass::Probe:
        return u"probe"_s;
    case RequestClass::Interactive:
        return u"interactive"_s;
    case RequestClass::Write:
        return u"write"_s;
    case RequestClass::Page:
        return u"page"_s;
    case RequestClass::Transfer:
        return u"transfer"_s;
    }
    return u"interactive"_s;
}

bool HttpRequest::isRepeatable() const
{
    return verb == Verb::Get || verb == Verb::Head || (idempotent && !oneShot);
}

QByteArray HttpResponse::header(const QByteArray &lowerCaseName) const
{
    for (const auto &[name, value] : headers) {
        if (name == lowerCaseName)
            return value;
    }
    return {};
}

} // namespace signalbox
