// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/engine_job.h"

namespace signalbox {

class PythonEnvironment;

/*! How to start the bundled engine from `environment`, which must be ready. `threads` is what its
 *  numerical libraries may use; 0 takes every core but one. */
[[nodiscard]] EngineLaunch engineLaunch(const PythonEnvironment &environment,
    const QString &resourcesDir, const QString &jobDir, int threads = 0);

} // namespace signalbox
