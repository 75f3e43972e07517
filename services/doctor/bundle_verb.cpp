// slipway support-bundle
#include "appliance/base/file.hpp"
#include "appliance/config/notation.hpp"
#include "services/doctor/bundle.hpp"
#include "services/doctor/check_rules.hpp"
#include "services/doctor/host.hpp"
#include "services/doctor/verbs.hpp"

namespace slipway::doctor {
namespace {

using command::Context;
using command::Output;
namespace fs = std::filesystem;

struct Flags {
  fs::path out;
  std::string since = "24h";
  bool keep_addresses = false;
};

Result<std::chrono::seconds> span_of(const std::string& text) {
  const auto ms = config::parse_duration_ms(text);
  if (!ms || *ms < 60'000 || *ms > 31LL * 86'400'000)
    return Error{Code::invalid_argument, "--since '" + text + "': must be from 1m to 744h", "such as 90m or 24h"};
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::milliseconds(*ms));
}

/// Before anything is collected, which takes a while.
Status check_target(const fs::path& out) {
  std::error_code failure;
  if (fs::symlink_status(out, failure).type() != fs::file_type::not_found)
    return Error{Code::conflict, out.string() + ": is there already", "name another file, or remove it"};
  const fs::path folder = out.has_parent_path() ? out.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, failure))
    return Error{Code::not_found, folder.string() + ": is no folder", "make it: mkdir -p " + folder.string()};
  return {};
}

Result<Output> run(const Context& context, const Flags& flags) {
  SLIPWAY_TRY(const auto since, span_of(flags.since));
  SLIPWAY_CHECK(check_target(flags.out));
  SLIPWAY_TRY(const auto sources, Sources::of(context));
  const BundleOptions options{.since = since, .keep_addresses = flags.keep_addresses};
  const auto progress = [&](const std::string& what) { context.progress("· collecting: " + what); };
  const Facts facts = gather(sources, {}, progress);
  const auto parts = collect(sources, facts, options, progress);
  const Bundle bundle = assemble(parts, facts.place, known_secrets(sources), options);
  SLIPWAY_TRY(const std::string bytes, archive::make_zip(bundle.entries, facts.place.now));
  SLIPWAY_CHECK(create_file(flags.out, bytes, 0600));
  nlohmann::ordered_json json = bundle.manifest;
  json["file"] = flags.out.string();
  json["file_bytes"] = bytes.size();
  std::string text =
      flags.out.string() + ": " + std::to_string(bundle.entries.size()) + " files, " + size_text(bytes.size()) + "\n";
  if (!facts.place.root && !sources.embedded)
    text += "not everything could be read: sudo slipway support-bundle has more\n";
  text +=
      "Secrets were taken out as far as they can be told. Look through it before you give it to somebody: README.txt "
      "in it lists what is there.\n";
  return Output{std::move(json), std::move(text)};
}

}  // namespace

void register_support_bundle(command::Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& verb =
      verbs.add(verbs.root(), "support-bundle",
                "Collect what somebody who helps needs to see, without secrets and without data of accounts",
                "slipway support-bundle --out slipway-support.zip --since 24h",
                [flags](const Context& context) { return run(context, *flags); });
  verb.add_option("--out", flags->out, "The archive to make (0600); it must not be there yet")->required();
  verb.add_option("--since", flags->since, "How far back the logs go, such as 90m or 24h")->capture_default_str();
  verb.add_flag("--keep-addresses", flags->keep_addresses, "Leave e-mail addresses in");
}

}  // namespace slipway::doctor
