// The pages of questions: what is asked, what was typed, what is wrong with it.
#include <algorithm>

#include "appliance/base/password_policy.hpp"
#include "appliance/firstboot/check.hpp"
#include "services/wizard/machine_facts.hpp"
#include "services/wizard/pages.hpp"

namespace slipway::wizard {
namespace {

using nlohmann::json;

// Seven long texts (certificates, keys) and what they are wrapped in.
constexpr std::uint64_t kFormBytes = 512U << 10U;
constexpr std::string_view kLogin = "admin";

firstboot::Language words_in(webui::Language language) {
  return language == webui::Language::fr ? firstboot::Language::french : firstboot::Language::english;
}

std::string first_upper(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

/// What the rules of the answers file allow, and a person at a form is still asked for.
std::vector<Complaint> missing(const Visit& visit) {
  const Draft& draft = visit.state.draft;
  std::vector<Complaint> found;
  const auto miss = [&](bool it_is, const char* key, std::string_view text) {
    if (it_is) found.push_back({key, visit.text(text), ""});
  };
  miss(draft.typed.hostname.empty(), "hostname", "setup.wrong.hostname");
  miss(draft.fixed && draft.typed.network.address.empty(), "network.address", "setup.wrong.address");
  miss(draft.typed.administrator.email.empty(), "administrator.email", "setup.wrong.email");
  miss(draft.typed.administrator.password.empty(), "administrator.password", "setup.wrong.password");
  return found;
}

json option_values(const Visit& visit, const Field& field, const std::string& chosen) {
  json options = json::array();
  for (const std::string_view choice : field.choices) {
    const std::string key = std::string("setup.choice.").append(field.key).append(".").append(choice);
    options.push_back({{"value", choice},
                       {"label", visit.text(key)},
                       {"help", visit.text(key + ".help")},
                       {"checked", choice == chosen}});
  }
  return options;
}

std::string joined(const firstboot::Texts& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).append("\n");
  return text;
}

struct Typed {
  std::string text;
  bool kept = false;  ///< a secret, which is not shown
};

Typed typed_of(Draft& draft, const Field& field) {
  if (field.key == "network.kind") return {draft.fixed ? "fixed" : "dhcp"};
  const auto place = field.place(draft.typed);
  if (auto* const* text = std::get_if<std::string*>(&place)) return {**text};
  if (auto* const* lines = std::get_if<firstboot::Texts*>(&place)) return {joined(**lines)};
  if (auto* const* secret = std::get_if<Secret*>(&place)) return {"", !(*secret)->empty()};
  return {};
}

json wrong_of(const std::vector<Complaint>& all, std::string_view key) {
  json wrong = json::array();
  for (const Complaint& one : all)
    if (one.key == key) wrong.push_back({{"what", one.what}, {"way_out", one.way_out}});
  return wrong;
}

json field_values(const Visit& visit, const Field& field, const std::vector<Complaint>& wrong) {
  const std::string name = field.name();
  const Typed typed = typed_of(visit.state.draft, field);
  json faults = wrong_of(wrong, field.key);
  const std::string help = visit.text(std::string("setup.help.").append(field.key));
  std::string described = help.empty() ? "" : name + "-help";
  if (!faults.empty()) described.append(described.empty() ? "" : " ").append(name).append("-wrong");
  const bool area = field.kind == Kind::area || field.kind == Kind::secret_area;
  const bool lines = field.kind == Kind::lines;
  const bool choice = field.kind == Kind::choice;
  return {{"name", name},
          {"label", visit.text(std::string("setup.field.").append(field.key))},
          {"help", help},
          {"optional", field.optional},
          {"described", described},
          {"wrong", faults.empty() ? json() : json{{"list", std::move(faults)}}},
          {"value", typed.text},
          {"kept", typed.kept},
          {"forget", typed.kept && field.optional},
          {"line", field.kind == Kind::text || field.kind == Kind::mail || field.kind == Kind::zone},
          {"zone", field.kind == Kind::zone ? json(firstboot::time_zones()) : json()},
          {"type", field.kind == Kind::mail ? "email" : "text"},
          {"password", field.kind == Kind::password},
          {"text", lines || area},
          {"rows", lines ? 2 : 5},
          {"file", area},
          {"choice", choice},
          {"options", choice ? option_values(visit, field, typed.text) : json()}};
}

json group_values(const Visit& visit, Page page, const std::vector<Complaint>& wrong) {
  json groups = json::array();
  std::string_view last = "-";
  for (const Field& field : fields()) {
    if (field.page != page) continue;
    if (field.group != last) groups.push_back({{"class", field.group}, {"fields", json::array()}});
    last = field.group;
    groups.back()["fields"].push_back(field_values(visit, field, wrong));
  }
  return groups;
}

http::Response questions_page(Visit& visit, Page page, const std::vector<Complaint>& wrong) {
  const std::string name(to_text(page));
  json shown = json::array();
  for (const Complaint& one : wrong) {
    std::string field = one.key;
    std::ranges::replace(field, '.', '_');
    shown.push_back({{"field", "#" + field}, {"label", visit.text("setup.field." + one.key)}, {"what", one.what}});
  }
  const json step = {{"name", name},
                     {"title", visit.text("setup.page." + name)},
                     {"text", visit.text("setup.text." + name)},
                     {"action", std::string("/") + kBase + "/" + name},
                     {"first", page == Page::machine},
                     {"wrong", shown.empty() ? json() : json{{"list", std::move(shown)}}}};
  return show(visit, "wizard_page",
              {{"title", visit.text("setup.page." + name)},
               {"step", step},
               {"steps", steps_of(visit, name)},
               {"groups", group_values(visit, page, wrong)},
               {"addresses", page == Page::network ? new_addresses(visit) : json()}},
              wrong.empty() ? 200 : 400);
}

Result<Page> asked_page(const http::Request& request) {
  const auto page = parse_page(request.parameters.at("page"));
  if (!page) return Error{Code::not_found, "page: there is none of that name"};
  return *page;
}

/// The password twice: it is kept only when it is a good one.
void take_password(Visit& visit, const http::Form& form, std::vector<Complaint>& wrong) {
  const Secret typed(form.text("administrator_password"));
  const Secret again(form.text("administrator_again"));
  if (typed.empty() && again.empty()) return;
  const bool differ = typed.reveal() != again.reveal();
  if (differ) wrong.push_back({"administrator.again", visit.text("setup.wrong.again"), ""});
  if (!differ && !check_password(typed.reveal(), kLogin))
    wrong.push_back({"administrator.password", visit.text("setup.wrong.policy"), ""});
  if (!wrong.empty()) visit.state.draft.typed.administrator.password = Secret();
}

std::string after(Page page) {
  const auto next = static_cast<std::size_t>(page) + 1;
  return next == kPages ? "/summary" : std::string("/").append(to_text(static_cast<Page>(next)));
}

std::string before(Page page) {
  const auto index = static_cast<std::size_t>(page);
  return std::string("/").append(to_text(static_cast<Page>(index == 0 ? 0 : index - 1)));
}

}  // namespace

std::optional<Page> page_of_key(std::string_view key) {
  for (const Field& field : fields())
    if (field.key == key) return field.page;
  return std::nullopt;
}

std::vector<Complaint> complaints(const Visit& visit) {
  std::vector<Complaint> found = missing(visit);
  for (const auto& fault : firstboot::check_answers(visit.state.draft.answers())) {
    const auto words = firstboot::describe(fault, words_in(visit.language));
    // One that is missing was said already.
    if (fault.key == "hostname" && visit.state.draft.typed.hostname.empty()) continue;
    found.push_back({fault.key, first_upper(words.what), first_upper(words.way_out)});
  }
  std::ranges::stable_sort(found, {}, [](const Complaint& one) { return page_of_key(one.key); });
  return found;
}

json steps_of(const Visit& visit, std::string_view here) {
  json list = json::array();
  for (std::size_t i = 0; i <= kPages; ++i) {
    const std::string name(i == kPages ? "summary" : to_text(static_cast<Page>(i)));
    list.push_back(
        {{"name", name}, {"number", i + 1}, {"title", visit.text("setup.page." + name)}, {"current", name == here}});
  }
  return list;
}

json new_addresses(const Visit& visit) {
  const auto& draft = visit.state.draft;
  if (!draft.fixed) return nullptr;
  const std::string asked = "https://" + visit.request.header("host") + "/";
  json list = json::array();
  for (const std::string& address : draft.typed.network.address) {
    std::string url = address_of_host(address);
    if (url == asked) return nullptr;
    list.push_back(std::move(url));
  }
  if (list.empty() || asked == "https://" + draft.typed.hostname + "/") return nullptr;
  return {{"list", std::move(list)}};
}

Result<http::Response> show_questions(Visit& visit, http::Request& request) {
  if (!can_answer(visit)) return go("/progress");
  SLIPWAY_TRY(const Page page, asked_page(request));
  return questions_page(visit, page, {});
}

Result<http::Response> take_answers(Visit& visit, http::Request& request) {
  if (!can_answer(visit)) return go("/progress");
  SLIPWAY_TRY(const Page page, asked_page(request));
  SLIPWAY_TRY(const auto form, read_form(visit, request, kFormBytes));
  SLIPWAY_TRY(const auto no_text, take_form(visit.state.draft, page, form));
  std::vector<Complaint> wrong;
  for (const std::string& key : no_text) wrong.push_back({key, visit.text("setup.wrong.file"), ""});
  if (page == Page::administrator) take_password(visit, form, wrong);
  const std::string where = form.text("go");
  if (where == "back") return go(before(page));
  if (where == "summary" || parse_page(where)) return go("/" + where);
  for (Complaint& one : complaints(visit)) {
    const bool said = std::ranges::any_of(wrong, [&](const Complaint& other) {
      return page_of_key(other.key) == Page::administrator && one.key == "administrator.password";
    });
    if (page_of_key(one.key) == page && !said) wrong.push_back(std::move(one));
  }
  if (!wrong.empty()) return questions_page(visit, page, wrong);
  return go(after(page));
}

}  // namespace slipway::wizard
