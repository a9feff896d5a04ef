// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a line that a compute process wrote.
#include "core/engine/engine_protocol.h"
#include "tests/fuzz/fuzz_target.h"

using namespace signalbox;

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArray line = test::fuzzInput(data, size);
    test::fuzzRequire(engineLineLimit(line) >= kEngineLineLimit);
    const auto event = parseEngineLine(line);
    if (!event) {
        test::fuzzRequire(event.error().kind == ErrorKind::Engine);
        return 0;
    }
    if (event->kind == EngineEventKind::Error)
        test::fuzzRequire(!engineError(event->fields).message.isEmpty());
    // No text of a line names a file outside the job's folder.
    const auto path = engineFile(
        QStringLiteral("/nonexistent/job"), event->fields.value(QStringLiteral("path")).toString());
    test::fuzzRequire(!path.hasValue());
    return 0;
}
