#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"

namespace trafrec::tools {

/// The lines to show now; each at most `columns` wide. What is more than `rows` is not shown.
using ScreenPage = std::function<Result<std::vector<std::string>>(size_t columns, size_t rows)>;

/// Of the terminal that standard output is; 0 of anything else.
size_t TerminalRows();

/// Takes the terminal over, and shows the page again and again, until q, Ctrl-C, or an Error of the
/// page, which it returns. Goes along with the window's size; leaves the screen as it was.
Status ShowScreen(std::chrono::milliseconds interval, const ScreenPage& page);

}  // namespace trafrec::tools
