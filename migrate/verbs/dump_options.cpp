#include "migrate/verbs/dump_options.hpp"

#include <CLI/CLI.hpp>

namespace slipway::migrate {

void add_dump_options(CLI::App& verb, DumpOptions& options) {
  verb.add_option("--scratch-dir", options.scratch_directory, "Where a dump is loaded into a scratch server");
  verb.add_option("--dump-database", options.database, "Of a dump of several databases, the one to take");
  verb.add_option("--dump-charset", options.charset, "What a dump is encoded in, whatever it says itself");
  verb.add_option("--max-dump-size", options.most_bytes, "How much a dump may unpack to, such as 500GB")
      ->transform(CLI::AsSizeValue(true));
}

}  // namespace slipway::migrate
