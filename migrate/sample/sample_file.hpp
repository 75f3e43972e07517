// Files that people of the sample attach: real ones, made from a seed.
#pragma once

#include <random>
#include <string>

#include "migrate/sample/sample_text.hpp"

namespace slipway::migrate {

struct MadeFile {
  std::string name;
  std::string media_type;
  std::string bytes;
};

/// `random` moves on. Never asked for SampleFile::none.
[[nodiscard]] MadeFile make_file(SampleFile kind, std::mt19937_64& random);

}  // namespace slipway::migrate
