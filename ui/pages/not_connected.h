// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace signalbox {

class EmptyState;
class UiContext;

//! Tells on a page that there is no server to ask, with buttons that get one.
void offerConnection(UiContext &context, EmptyState &empty);

} // namespace signalbox
