#include "trainer/record/report/html.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "data/format/table_text.h"

namespace elman {

std::string HtmlText(const std::string& text) {
  return absl::StrReplaceAll(text,
                             {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

std::string Section(const std::string& title, const std::string& html) {
  if (html.empty()) return "";
  return absl::StrCat("<section>\n<h2>", HtmlText(title), "</h2>\n", html, "</section>\n");
}

std::string Row(const std::string& sections) {
  if (sections.empty()) return "";
  return absl::StrCat("<div class=\"row\">\n", sections, "</div>\n");
}

std::string NameHtml(const std::string& name, size_t width) {
  const std::string shown = Shortened(name, width);
  if (shown == name) return absl::StrCat("<bdi>", HtmlText(name), "</bdi>");
  return absl::StrCat("<bdi title=\"", HtmlText(name), "\">", HtmlText(shown), "</bdi>");
}

std::string Definition(const std::string& name, const std::string& value) {
  if (value.empty()) return "";
  return absl::StrCat("<dt>", HtmlText(name), "<dd>", HtmlText(value), "\n");
}

std::string Scrolling(const std::string& name, const std::string& html) {
  return absl::StrCat("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"",
                      HtmlText(name), "\">", html, "</div>\n");
}

}  // namespace elman
