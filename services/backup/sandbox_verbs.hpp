// What `slipway backup run` and `prove` do with backups of one account (A36). Inside this folder only.
#pragma once

#include "services/backup/settings.hpp"
#include "services/backup/words.hpp"

namespace slipway::backup {

struct RunFlags {
  std::string repository;
  bool incremental = false;
  std::string account;
  std::string replace;
};

/// The repository of that name; the first that answers when it is empty.
[[nodiscard]] Result<const Repository*> chosen(const Repositories& repositories, const std::string& name);

/// The manifest, with the repository's name for its id.
[[nodiscard]] nlohmann::ordered_json summary(const Manifest& manifest, const Repository& repository);

/// "backup ID in repository 'even': 1.4 GiB in 312 MiB, 4.2 s".
[[nodiscard]] std::string size_line(const Manifest& manifest, const Repository& repository);

/// Takes it, proves it, and only then removes the one that it replaces.
[[nodiscard]] Result<command::Output> run_of_account(const command::Context& context, const RunFlags& flags);

[[nodiscard]] Result<Proof> prove_account(const Repository& repository, const Manifest& backup,
                                          const std::filesystem::path& scratch, ProgressLines& lines);

}  // namespace slipway::backup
