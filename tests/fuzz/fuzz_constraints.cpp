// SPDX-License-Identifier: GPL-3.0-or-later
// Any text as a condition of --require.
#include "core/flows/constraints.h"
#include "tests/fuzz/fuzz_target.h"

#include <cmath>

using namespace signalbox;

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QString text = QString::fromUtf8(test::fuzzInput(data, size));
    const auto constraint = parseConstraint(text);
    if (!constraint) {
        test::fuzzRequire(constraint.error().kind == ErrorKind::InvalidInput);
        return 0;
    }
    test::fuzzRequire(std::isfinite(constraint->limit) && constraint->limit >= 0.0);
    const Candidate candidate;
    if (!constraint->admits(candidate))
        test::fuzzRequire(!constraint->reasonAgainst(candidate).isEmpty());
    return 0;
}
