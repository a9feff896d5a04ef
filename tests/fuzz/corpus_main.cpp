// SPDX-License-Identifier: GPL-3.0-or-later
// Feeds every file of the folders in argv to the fuzz target, so that what once went wrong, and
// what is typical, is tried by any compiler in every build. Each input also goes in cut and
// damaged.
#include "tests/fuzz/fuzz_target.h"

#include <QtCore/QDir>
#include <QtCore/QFile>

#include <cstdio>

namespace {

constexpr qsizetype kCuts = 16;

void feed(const QByteArray &bytes)
{
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t *>(bytes.constData()),
        static_cast<std::size_t>(bytes.size()));
}

void feedVariants(const QByteArray &bytes)
{
    feed(bytes);
    for (qsizetype i = 0; i < kCuts; ++i) {
        const qsizetype at = bytes.size() * i / kCuts;
        feed(bytes.left(at));
        QByteArray damaged = bytes;
        if (at < damaged.size())
            damaged[at] = static_cast<char>(damaged.at(at) ^ 0x5A);
        feed(damaged);
    }
}

} // namespace

int main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; ++i) {
        const QDir dir(QString::fromLocal8Bit(argv[i]));
        const QStringList names = dir.entryList(QDir::Files, QDir::Name);
        for (const QString &name : names) {
            QFile file(dir.filePath(name));
            if (!file.open(QIODevice::ReadOnly))
                return 1;
            feedVariants(file.readAll());
            ++count;
        }
    }
    std::printf("%d inputs\n", count);
    return count > 0 ? 0 : 1;
}
