// SPDX-License-Identifier: Apache-2.0
#include "core/base/downsample.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace signalbox {

namespace {

// Min-max keeps this many points per wanted point before LTTB chooses among them.
constexpr std::size_t kOversample = 4;

std::vector<Point> finiteOf(const std::vector<Point> &points)
{
    std::vector<Point> out;
    out.reserve(points.size());
    std::copy_if(points.begin(), points.end(), std::back_inserter(out),
        [](const Point &p) { return std::isfinite(p.x) && std::isfinite(p.y); });
    return out;
}

void appendOnce(std::vector<Point> &out, const Point &point)
{
    if (out.empty() || !(out.back() == point))
        out.push_back(point);
}

Point centre(const std::vector<Point> &points, std::size_t begin, std::size_t end)
{
    Point sum;
    for (std::size_t i = begin; i < end; ++i) {
        sum.x += points[i].x;
        sum.y += points[i].y;
    }
    const auto n = static_cast<double>(end - begin);
    return {sum.x / n, sum.y / n};
}

double area(const Point &a, const Point &b, const Point &c)
{
    return std::abs((a.x - c.x) * (b.y - a.y) - (a.x - b.x) * (c.y - a.y));
}

std::vector<Point> minMaxOfFinite(const std::vector<Point> &points, std::size_t buckets)
{
    if (buckets == 0 || points.size() <= 2 * buckets + 2)
        return points;
    std::vector<Point> out;
    out.reserve(2 * buckets + 2);
    out.push_back(points.front());
    for (std::size_t b = 0; b < buckets; ++b) {
        const auto begin =
            points.begin() + static_cast<std::ptrdiff_t>(points.size() * b / buckets);
        const auto end =
            points.begin() + static_cast<std::ptrdiff_t>(points.size() * (b + 1) / buckets);
        const auto [low, high] = std::minmax_element(
            begin, end, [](const Point &a, const Point &c) { return a.y < c.y; });
        appendOnce(out, low < high ? *low : *high);
        appendOnce(out, low < high ? *high : *low);
    }
    appendOnce(out, points.back());
    return out;
}

} // namespace

std::vector<Point> minMax(const std::vector<Point> &points, std::size_t buckets)
{
    return minMaxOfFinite(finiteOf(points), buckets);
}

std::vector<Point> lttb(const std::vector<Point> &points, std::size_t count)
{
    if (points.size() <= count || count < 3)
        return points;
    std::vector<Point> out;
    out.reserve(count);
    out.push_back(points.front());
    const std::size_t inner = points.size() - 2;
    const std::size_t buckets = count - 2;
    for (std::size_t b = 0; b < buckets; ++b) {
        const std::size_t begin = 1 + inner * b / buckets;
        const std::size_t end = 1 + inner * (b + 1) / buckets;
        const std::size_t nextEnd = std::min(1 + inner * (b + 2) / buckets, points.size());
        const Point ahead = b + 1 == buckets ? points.back() : centre(points, end, nextEnd);
        const Point &last = out.back();
        std::size_t best = begin;
        double bestArea = -1.0;
        for (std::size_t i = begin; i < end; ++i) {
            const double size = area(last, points[i], ahead);
            if (size > bestArea) {
                bestArea = size;
                best = i;
            }
        }
        out.push_back(points[best]);
    }
    out.push_back(points.back());
    return out;
}

std::vector<Point> downsample(const std::vector<Point> &points, std::size_t count)
{
    std::vector<Point> finite = finiteOf(points);
    if (finite.size() <= count)
        return finite;
    if (finite.size() > count * kOversample)
        finite = minMaxOfFinite(finite, count * kOversample / 2);
    return lttb(finite, count);
}

} // namespace signalbox
