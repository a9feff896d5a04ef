// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/page.h"

#include <functional>
#include <vector>

namespace signalbox {

//! How the frame learns of a page without making it.
struct PageEntry {
    QString id; //!< As in `--page`.
    QString title;
    QString icon;
    std::function<Page *(UiContext &context, QWidget *parent)> make;
};

//! The pages of the window, in the order of the navigation; Ctrl+1 is the first.
[[nodiscard]] std::vector<PageEntry> allPages();

} // namespace signalbox
