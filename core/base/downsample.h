// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

// Qt-free on purpose: it runs on any thread and is judged by thread sanitizers.
namespace signalbox {

struct Point {
    double x = 0.0;
    double y = 0.0;
    friend bool operator==(const Point &, const Point &) = default;
};

/*! The lowest and the highest point of each of `buckets` equal stretches of the input, in order,
 *  plus both ends: no spike is lost. Points whose y is not finite are dropped. At most
 *  2 * buckets + 2 points. `points` must be ordered by x. */
[[nodiscard]] std::vector<Point> minMax(const std::vector<Point> &points, std::size_t buckets);

//! Largest-triangle-three-buckets: the `count` points that keep the shape best, ends included.
[[nodiscard]] std::vector<Point> lttb(const std::vector<Point> &points, std::size_t count);

/*! At most `count` points that look like all of them: min-max first where there are far too many,
 *  then LTTB. Few points come back as they are, without the ones that are not finite. */
[[nodiscard]] std::vector<Point> downsample(const std::vector<Point> &points, std::size_t count);

} // namespace signalbox
