// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as the body of a server's answer: as entities, as a page, and as an error's text.
#include "core/http/error_shapes.h"
#include "core/mlflow/entity_json.h"
#include "tests/fuzz/fuzz_target.h"

using namespace signalbox;

namespace {

void decodeAll(const JsonView &root)
{
    (void)mlflow::decodeExperiment(root["experiment"]);
    (void)mlflow::decodeRun(root["run"]);
    (void)mlflow::decodeVersion(root["model_version"]);
    (void)mlflow::decodeModel(root["registered_model"]);
    (void)mlflow::decodeLoggedModel(root["model"]);
    (void)mlflow::decodePage(root, "runs", mlflow::decodeRun);
    (void)mlflow::decodePage(root, "experiments", mlflow::decodeExperiment);
    (void)mlflow::decodePage(root, "model_versions", mlflow::decodeVersion);
    (void)mlflow::decodePage(root, "registered_models", mlflow::decodeModel);
    (void)mlflow::decodePage(root, "metrics", mlflow::decodeMetric);
    (void)mlflow::decodePage(root, "files", mlflow::decodeFile);
    (void)root.toObject();
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    HttpResponse response;
    response.body = test::fuzzInput(data, size);
    const auto read = readJson(response.body, decodeAll);
    test::fuzzRequire(read.hasValue() || !read.error().message.isEmpty());
    response.status = 500;
    response.headers = {{"content-type", "text/html"}, {"retry-after", response.body.left(40)}};
    const Error error = errorOfAnswer(response);
    test::fuzzRequire(!error.message.isEmpty() && error.message.size() < 4000);
    test::fuzzRequire(!error.message.contains(u'\n'));
    response.status = 200;
    HttpRequest request;
    request.path = QStringLiteral("/graphql");
    (void)errorInsideSuccess(request, response);
    (void)explainDecodeError(makeError(ErrorKind::Decode, QStringLiteral("no")), response);
    return 0;
}
