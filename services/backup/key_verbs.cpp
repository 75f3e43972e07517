// slipway backup key new | show | import
#include <iostream>

#include "appliance/archive/key.hpp"
#include "services/backup/verbs.hpp"

namespace slipway::backup {
namespace {

using command::Context;
using command::Output;

constexpr const char* kKeep =
    "Print these lines and keep them away from this machine. Whoever has them can read every backup; without them or "
    "the "
    "key file nobody can.";

Result<std::filesystem::path> key_file(const Context& context) {
  SLIPWAY_TRY(const auto config, context.configuration());
  return config.path("backup.key_file");
}

Output printed(const archive::Key& key, const std::filesystem::path& file) {
  const Secret recovery = key.recovery_text();
  return {{{"id", key.id()}, {"file", file.string()}, {"recovery_key", recovery.reveal()}},
          "key " + key.id() + " in " + file.string() + "\n\nrecovery key:\n\n  " + recovery.reveal() + "\n\n" + kKeep +
              "\n"};
}

Result<Output> make(const Context& context) {
  SLIPWAY_TRY(const auto file, key_file(context));
  const auto key = archive::Key::make();
  SLIPWAY_CHECK(key.write_file(file));
  return printed(key, file);
}

Result<Output> show(const Context& context, bool recovery) {
  SLIPWAY_TRY(const auto file, key_file(context));
  SLIPWAY_TRY(const auto key, archive::Key::read_file(file));
  if (recovery) return printed(key, file);
  return Output{{{"id", key.id()}, {"file", file.string()}},
                "key " + key.id() + " in " + file.string() + "\n(--recovery prints the recovery key)\n"};
}

Result<Output> take_in(const Context& context) {
  SLIPWAY_TRY(const auto file, key_file(context));
  context.progress("recovery key (ends with an empty line):");
  std::string text;
  for (std::string line; std::getline(std::cin, line) && !line.empty();) text += line + ' ';
  SLIPWAY_TRY(const auto key, archive::Key::from_recovery_text(text));
  SLIPWAY_CHECK(key.write_file(file));
  return Output{{{"id", key.id()}, {"file", file.string()}}, "key " + key.id() + " written to " + file.string() + "\n"};
}

}  // namespace

void register_backup_key(command::Verbs& verbs, CLI::App& group) {
  CLI::App& key = *group.add_subcommand("key", "The key that backups are encrypted with");
  key.require_subcommand(1);
  key.footer("");
  verbs.add(key, "new", "Make the key, and print the recovery key", "slipway backup key new", make);
  const auto recovery = std::make_shared<bool>(false);
  verbs
      .add(key, "show", "Say which key this is", "slipway backup key show --recovery",
           [recovery](const Context& context) { return show(context, *recovery); })
      .add_flag("--recovery", *recovery, "Print the recovery key, too");
  verbs.add(key, "import", "Write the key file from the printed recovery key, read from standard input",
            "slipway backup key import < recovery-key.txt", take_in);
}

}  // namespace slipway::backup
