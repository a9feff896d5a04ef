// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/http/http_message.h"
#include "core/http/rest_client.h"
#include "core/json/json_reader.h"
#include "core/mlflow/entities.h"
#include "core/mlflow/entity_json.h"

#include <QtCore/QJsonObject>
#include <QtCore/QSet>

#include <functional>
#include <memory>
#include <optional>

//! How the API groups build requests and read replies; not for use outside core/mlflow.
namespace signalbox::mlflow::detail {

//! May the same request be sent twice?
enum class Repeat : quint8 { Harmless, Never };

//! "/api/2.0/mlflow/<call>".
[[nodiscard]] QString apiPath(const QString &call);
[[nodiscard]] QString encodedSegment(const QString &segment);
/*! A read of one of MLflow's own calls. MLflow 2 refuses request lines above 4094 bytes, so a long
 *  query travels as a JSON body instead, which every version takes for a GET. */
[[nodiscard]] HttpRequest getRequest(const QString &path, const QueryList &query = {},
    RequestClass requestClass = RequestClass::Interactive);
//! The query of a search in the registry.
[[nodiscard]] QueryList searchQuery(
    const QString &filter, int maxResults, const QString &pageToken, const QStringList &orderBy);
[[nodiscard]] HttpRequest jsonRequest(Verb verb, const QString &path, const QJsonObject &body,
    RequestClass requestClass = RequestClass::Interactive, Repeat repeat = Repeat::Harmless);

//! Bytes of "GET <path>?<query> HTTP/1.1" that every server takes.
inline constexpr qsizetype kMaxRequestLine = 4094;
//! Length of that line below `server`.
[[nodiscard]] qsizetype requestLineOf(const QUrl &server, const HttpRequest &request);

//! The server does not know the address at all, as opposed to a thing that is not there.
[[nodiscard]] bool lacksRoute(const Error &error);
//! Says that the server is too old for `what` when it does not know the address.
template <typename T>
[[nodiscard]] Call<T> sinceVersion(
    QObject *context, const Call<T> &call, const QString &what, const QString &version);
[[nodiscard]] Failure tooOldFor(const QString &what, const QString &version);

//! Decode failure for a reply that names no `thing` ("run").
[[nodiscard]] Failure missingIdentity(const QString &thing);
//! Ends as success for any JSON object; a page of HTML is no success.
[[nodiscard]] Result<void> acknowledged(const HttpResponse &response);

//! MLflow failed on its own unique key; the texts are those of SQLite, PostgreSQL and MySQL.
[[nodiscard]] bool saysDuplicate(const Error &error);
/*! Sends a request that sets something by its key. MLflow looks for the row and inserts it without
 *  a lock, so two callers that set the same key at the same time make one of them fail; sent
 *  again (up to three times in all), it finds the row. */
[[nodiscard]] Call<void> upsert(RestClient &client, const HttpRequest &request);

template <typename T> using Decoder = std::function<Result<T>(const HttpResponse &)>;

//! Parses the body and lets `read` make a value of its root.
template <typename T> Decoder<T> reading(std::function<Result<T>(const JsonView &)> read)
{
    return [read = std::move(read)](const HttpResponse &response) -> Result<T> {
        std::optional<Result<T>> value;
        const Result<void> parsed = readJson(
            response.body, [&value, &read](const JsonView &root) { value.emplace(read(root)); });
        if (!parsed)
            return parsed.failure();
        return *std::move(value);
    };
}

//! The identities that replies must carry; Decode when one is empty.
[[nodiscard]] Decoder<Experiment> experimentReply();
[[nodiscard]] Decoder<Run> runReply();
[[nodiscard]] Decoder<ModelVersion> versionReply();
[[nodiscard]] Decoder<RegisteredModel> modelReply();
[[nodiscard]] Decoder<LoggedModel> loggedModelReply();

//! A reply that is a page of entities under `key`.
template <typename T> Decoder<Page<T>> pageReply(const char *key, T (*decode)(const JsonView &))
{
    return reading<Page<T>>([key, decode](const JsonView &root) -> Result<Page<T>> {
        return decodePage<T>(root, key, decode);
    });
}

//! A failed call when `check` failed, else nothing.
template <typename T> [[nodiscard]] std::optional<Call<T>> refusedBy(const Result<void> &check)
{
    if (check)
        return std::nullopt;
    return Call<T>::finished(check.failure());
}

template <typename T>
Call<T> sinceVersion(
    QObject *context, const Call<T> &call, const QString &what, const QString &version)
{
    Promise<T> promise;
    promise.onCancel([call] { call.cancel(); });
    call.then(context, [promise, what, version](const Result<T> &result) {
        if (!result && lacksRoute(result.error()))
            promise.resolve(tooOldFor(what, version));
        else
            promise.resolve(result);
    });
    return promise.call();
}

[[nodiscard]] Failure repeatedToken();

/*! Walks a paged listing to its end. Servers are known that hand out the same token for ever; that
 *  ends as Decode instead of a loop. `context` must outlive the calls, as the client does. */
template <typename T> class PageWalk final : public std::enable_shared_from_this<PageWalk<T>> {
public:
    using Fetch = std::function<Call<Page<T>>(const QString &token)>;
    static Call<QList<T>> start(QObject *context, Fetch fetch)
    {
        return std::make_shared<PageWalk>(context, std::move(fetch))->step({});
    }
    PageWalk(QObject *context, Fetch fetch)
        : m_context(context)
        , m_fetch(std::move(fetch))
    {
    }

private:
    Call<QList<T>> step(const QString &token)
    {
        return m_fetch(token).andThen(
            m_context, [self = this->shared_from_this()](const Page<T> &page) {
                self->m_items += page.items;
                if (page.nextToken.isEmpty())
                    return Call<QList<T>>::finished(std::move(self->m_items));
                if (self->m_seen.contains(page.nextToken))
                    return Call<QList<T>>::finished(repeatedToken());
                self->m_seen.insert(page.nextToken);
                return self->step(page.nextToken);
            });
    }
    QObject *m_context;
    Fetch m_fetch;
    QList<T> m_items;
    QSet<QString> m_seen;
};

} // namespace signalbox::mlflow::detail
