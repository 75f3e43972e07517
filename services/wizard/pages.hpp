// The wizard's pages. Each is called with the state held.
#pragma once

#include "services/wizard/visit.hpp"

namespace slipway::wizard {

/// Language and code.
[[nodiscard]] Result<http::Response> show_code(Visit& visit, http::Request& request);
[[nodiscard]] Result<http::Response> take_code(Visit& visit, http::Request& request);
[[nodiscard]] Result<http::Response> take_preferences(Visit& visit, http::Request& request);

/// The questions of a page, and what was answered.
[[nodiscard]] Result<http::Response> show_questions(Visit& visit, http::Request& request);
[[nodiscard]] Result<http::Response> take_answers(Visit& visit, http::Request& request);

/// All answers, and the button that sends them.
[[nodiscard]] Result<http::Response> show_summary(Visit& visit, http::Request& request);
[[nodiscard]] Result<http::Response> hand_over(Visit& visit, http::Request& request);

/// How they are carried out; once more what failed.
[[nodiscard]] Result<http::Response> show_progress(Visit& visit, http::Request& request);
[[nodiscard]] Result<http::Response> try_again(Visit& visit, http::Request& request);

/// Where this visitor belongs now: where the code is asked for, the questions, or the progress.
[[nodiscard]] http::Response to_place(Visit& visit);

/// True while the answers can be changed: nothing is carried out at the moment.
[[nodiscard]] bool can_answer(Visit& visit);

/// What is wrong with the draft, in the visitor's language, in the order of the pages.
[[nodiscard]] std::vector<Complaint> complaints(const Visit& visit);

/// The page of a complaint's question.
[[nodiscard]] std::optional<Page> page_of_key(std::string_view key);

/// The list of pages with where the visitor is: {"current", "pages": […]}. `here`: a page's name or "summary".
[[nodiscard]] nlohmann::json steps_of(const Visit& visit, std::string_view here);

/// Addresses under which the machine will answer, when those that were chosen differ from the one it was asked under.
[[nodiscard]] nlohmann::json new_addresses(const Visit& visit);

}  // namespace slipway::wizard
