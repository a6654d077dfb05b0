// Parts of HTML that the sections of report.html share.
#pragma once

#include <cstddef>
#include <string>

namespace elman {

// Returns the text with the characters escaped that have a meaning in HTML.
std::string HtmlText(const std::string& text);

// Returns a section with a heading; empty if `html` is.
std::string Section(const std::string& title, const std::string& html);

// Returns a name and its value for a list of definitions; empty if `value` is.
std::string Definition(const std::string& name, const std::string& value);

// Returns sections next to each other if the page is wide enough for them; empty if all are.
std::string Row(const std::string& sections);

// Returns a text of any script in one direction that does not change the order of the texts around
// it. If it is wider than `width` columns, it is shortened, and shown in full when pointed at.
std::string NameHtml(const std::string& name, size_t width);

// Returns a region for content that may be wider or higher than the page. It can be scrolled with
// the keyboard, and shadows show where it continues. `name` names it for screen readers.
std::string Scrolling(const std::string& name, const std::string& html);

}  // namespace elman
