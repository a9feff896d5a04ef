// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/contract/contract_case.h"

#include <QtCore/QCoreApplication>

#include <array>
#include <cstdio>

using namespace signalbox::test;

namespace {
//! What ctest shows as "skipped".
constexpr int kSkipped = 77;
} // namespace

/*! Every call of MLflow's API against a real server, one after the other on the same server.
 *  SIGNALBOX_MLFLOW=2.22 or 2.9 takes an older one, whose environment tests/contract/old-servers
 *  makes; without it the program says so and ends as skipped. Arguments go to each part. */
int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    if (const QString missing = RealServer::missingVersion(); !missing.isEmpty()) {
        std::fprintf(stderr, "SKIP: %s\n", qPrintable(missing));
        return kSkipped;
    }
    Contract contract;
    if (const QString why = contract.start(); !why.isEmpty()) {
        std::fprintf(stderr, "FAIL!: %s\n", qPrintable(why));
        return 1;
    }
    const std::array parts{trackingContract, modelsContract, callsContract, artifactsContract,
        trapsContract, answersContract, writesContract};
    int failed = 0;
    for (const auto make : parts)
        failed += QTest::qExec(make(contract).get(), argc, argv);
    return failed == 0 ? 0 : 1;
}
