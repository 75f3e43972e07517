// All answers at a glance, and the button that hands them over.
#include "appliance/base/file.hpp"
#include "appliance/crypto/certificate_facts.hpp"
#include "appliance/telemetry/log.hpp"
#include "services/webui/show.hpp"
#include "services/wizard/pages.hpp"

namespace slipway::wizard {
namespace {

using nlohmann::json;

constexpr std::uint64_t kSmallForm = 16U << 10U;

/// What an own certificate is, in a line.
std::string certificate_text(const Visit& visit, const firstboot::Answers::Certificate& certificate) {
  const auto chain = crypto::inspect_chain(certificate.chain);
  if (!chain || chain->certificates.empty()) return visit.text("setup.choice.certificate.kind.own");
  const auto& own = chain->certificates.front();
  return own.subject + " · " +
         visit.text("setup.until", webui::date_text(webui::Texts::built_in(), visit.language, own.not_after));
}

/// An answer as the summary says it; an empty text: the question was not asked, or left open.
std::vector<std::string> answer_lines(const Visit& visit, const Field& field, firstboot::Answers& answers) {
  if (field.key == "network.kind")
    return {visit.text(visit.state.draft.fixed ? "setup.choice.network.kind.fixed" : "setup.choice.network.kind.dhcp")};
  if (field.key == "certificate.chain")
    return answers.certificate.chain.empty() ? std::vector<std::string>()
                                             : std::vector{certificate_text(visit, answers.certificate)};
  const auto place = field.place(answers);
  if (auto* const* secret = std::get_if<Secret*>(&place))
    return (*secret)->empty() ? std::vector<std::string>() : std::vector{visit.text("setup.given")};
  if (auto* const* lines = std::get_if<firstboot::Texts*>(&place)) return **lines;
  auto* const* text = std::get_if<std::string*>(&place);
  if (text == nullptr || (*text)->empty()) return {};
  if (field.kind == Kind::choice)
    return {visit.text(std::string("setup.choice.").append(field.key).append(".").append(**text))};
  if (field.kind == Kind::area) return {visit.text("setup.given")};
  return {**text};
}

json section_values(const Visit& visit, Page page, firstboot::Answers& answers, const std::vector<Complaint>& wrong) {
  json rows = json::array();
  for (const Field& field : fields()) {
    if (field.page != page || field.key == "administrator.again") continue;
    auto lines = answer_lines(visit, field, answers);
    // What people forget to say is shown as such; of the rest only what was said.
    const bool telling = field.key == "management.networks" || field.key == "backup.even";
    if (lines.empty() && telling) lines.push_back(visit.text(std::string("setup.none.").append(field.key)));
    if (lines.empty()) continue;
    rows.push_back({{"label", visit.text(std::string("setup.field.").append(field.key))}, {"lines", lines}});
  }
  json faults = json::array();
  for (const Complaint& one : wrong)
    if (page_of_key(one.key) == page)
      faults.push_back({{"label", visit.text("setup.field." + one.key)}, {"what", one.what}});
  const std::string name(to_text(page));
  return {{"name", name},
          {"title", visit.text("setup.page." + name)},
          {"address", std::string("/") + kBase + "/" + name},
          {"rows", std::move(rows)},
          {"wrong", faults.empty() ? json() : json{{"list", std::move(faults)}}}};
}

http::Response summary_page(Visit& visit, const std::vector<Complaint>& wrong, int status) {
  firstboot::Answers answers = visit.state.draft.answers();
  json sections = json::array();
  for (std::size_t i = 0; i < kPages; ++i)
    sections.push_back(section_values(visit, static_cast<Page>(i), answers, wrong));
  return show(visit, "wizard_summary",
              {{"title", visit.text("setup.page.summary")},
               {"steps", steps_of(visit, "summary")},
               {"sections", std::move(sections)},
               {"addresses", new_addresses(visit)},
               {"ready", wrong.empty()}},
              status);
}

}  // namespace

Result<http::Response> show_summary(Visit& visit, http::Request& /*request*/) {
  if (!can_answer(visit)) return go("/progress");
  return summary_page(visit, complaints(visit), 200);
}

Result<http::Response> hand_over(Visit& visit, http::Request& request) {
  if (!can_answer(visit)) return go("/progress");
  SLIPWAY_CHECK(read_form(visit, request, kSmallForm));
  if (const auto wrong = complaints(visit); !wrong.empty()) return summary_page(visit, wrong, 400);
  const Secret text = firstboot::render_answers(visit.state.draft.answers());
  SLIPWAY_CHECK(replace_file(visit.state.places.answers_file, text.reveal(), 0600));
  visit.state.handed_over = visit.now;
  telemetry::log(telemetry::Level::info, "wizard.handed_over", {{"address", request.client_address}});
  return go("/progress");
}

}  // namespace slipway::wizard
