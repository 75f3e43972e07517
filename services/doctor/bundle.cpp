#include "services/doctor/bundle.hpp"

#include <algorithm>
#include <filesystem>

#include "appliance/base/secret_file.hpp"
#include "services/doctor/gather_parts.hpp"
#include "services/doctor/host.hpp"

namespace slipway::doctor {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::size_t kMostOfPart = 8U << 20U;

/// The end of a text, from the beginning of a line on.
std::string_view tail(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  text.remove_prefix(text.size() - most);
  return text.substr(std::min(text.find('\n'), text.size() - 1) + 1);
}

/// Values alone, so that it stays JSON.
ordered_json scrubbed_json(const ordered_json& json, const ScrubOptions& options,
                           std::map<std::string, std::size_t>& removed, bool secret = false) {
  if (json.is_string()) {
    const auto& text = json.get_ref<const std::string&>();
    if (secret && !text.empty()) {
      ++removed["secret"];
      return std::string(kRemoved);
    }
    auto clean = scrub(text, options);
    for (const auto& [kind, count] : clean.removed) removed[kind] += count;
    return clean.text;
  }
  if (!json.is_structured()) return json;
  ordered_json copy = json.is_object() ? ordered_json::object() : ordered_json::array();
  for (const auto& [key, value] : json.items()) {
    if (json.is_array()) {
      copy.push_back(scrubbed_json(value, options, removed, secret));
    } else {
      copy[key] = scrubbed_json(value, options, removed, secret || sounds_secret(key));
    }
  }
  return copy;
}

Scrubbed clean(const BundlePart& part, const ScrubOptions& options) {
  const auto text = tail(*part.text, kMostOfPart);
  if (part.name.ends_with(".json")) {
    const auto json = ordered_json::parse(text, nullptr, false);
    if (!json.is_discarded()) {
      Scrubbed result;
      result.text =
          scrubbed_json(json, options, result.removed).dump(2, ' ', false, ordered_json::error_handler_t::replace);
      result.text += '\n';
      return result;
    }
  }
  return scrub(text, options);
}

std::string read_me(const ordered_json& manifest) {
  std::string text =
      "Support bundle of a Slipway service desk\n\n"
      "Secrets, and whatever looks like one, were replaced by [removed]; no data of accounts is in here. Look through "
      "it\n"
      "before you give it to somebody.\n\n";
  for (const auto& file : manifest.at("files"))
    text += file.at("name").get<std::string>() + "\n    " + file.at("why").get<std::string>() + "\n";
  if (!manifest.at("left_out").empty()) text += "\nNot in here:\n";
  for (const auto& file : manifest.at("left_out"))
    text += file.at("name").get<std::string>() + ": " + file.at("reason").get<std::string>() + "\n";
  return text;
}

}  // namespace

std::vector<Secret> known_secrets(const Sources& sources) {
  const config::Config& config = sources.config;
  std::vector<fs::path> files{config.path("secrets.account_key_file"), config.path("secrets.session_key_file"),
                              config.path("backup.key_file"), config.path("database.password_file")};
  std::error_code failure;
  const fs::path folder = config.path("secrets.account_key_file").parent_path();
  if (folder.filename() == "secrets")
    for (const auto& entry : fs::directory_iterator(folder, failure)) files.push_back(entry.path());
  std::vector<Secret> known;
  for (const auto& file : files) {
    if (file.empty()) continue;
    auto secret = read_secret_file(file);
    if (secret && secret->reveal().find('\n') == std::string::npos) known.push_back(*std::move(secret));
  }
  // A longer one first: another may be its part.
  std::ranges::stable_sort(known, std::greater<>(), [](const Secret& one) { return one.reveal().size(); });
  return known;
}

Bundle assemble(const std::vector<BundlePart>& parts, const Place& place, const std::vector<Secret>& known,
                const BundleOptions& options) {
  const ScrubOptions scrubbing{.keep_addresses = options.keep_addresses, .known = known};
  Bundle bundle;
  ordered_json files = ordered_json::array();
  ordered_json left_out = ordered_json::array();
  std::size_t sum = 0;
  const auto leave_out = [&](const BundlePart& part, std::string reason) {
    left_out.push_back({{"name", part.name}, {"why", part.why}, {"reason", scrub(reason, scrubbing).text}});
  };
  for (const BundlePart& part : parts) {
    if (!part.text.known()) {
      leave_out(part, part.text.absent() ? part.text.absent()->reason : part.text.unknown()->reason);
      continue;
    }
    Scrubbed result = clean(part, scrubbing);
    if (sum + result.text.size() > options.most_bytes) {
      leave_out(part, "the bundle would be larger than " + std::to_string(options.most_bytes >> 20U) + " MiB");
      continue;
    }
    sum += result.text.size();
    files.push_back({{"name", part.name},
                     {"why", part.why},
                     {"bytes", result.text.size()},
                     {"cut", part.text->size() > kMostOfPart},
                     {"removed", result.removed}});
    bundle.entries.push_back({part.name, std::move(result.text)});
  }
  bundle.manifest = {{"version", place.version},
                     {"at", to_iso8601(place.now)},
                     {"since_seconds", options.since.count()},
                     {"files", std::move(files)},
                     {"left_out", std::move(left_out)}};
  bundle.entries.insert(bundle.entries.begin(), {"README.txt", read_me(bundle.manifest)});
  bundle.entries.insert(
      bundle.entries.begin(),
      {"manifest.json", bundle.manifest.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n"});
  return bundle;
}

}  // namespace slipway::doctor
