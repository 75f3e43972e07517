// Reports of drills, signed with a key of the tests' own.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace slipway::test {

/// A key that signs as `./dev lab drill` does. Made once per test program: keys take their time.
class DrillKey {
 public:
  [[nodiscard]] static const DrillKey& mine();
  [[nodiscard]] static const DrillKey& another();
  [[nodiscard]] std::string public_pem() const;
  [[nodiscard]] std::string sign(const std::string& bytes) const;

 private:
  DrillKey();
  std::string pem_;
};

/// What report.json says of a drill of this name that met its goals: RTO 20.5 s of 60 s, nothing lost.
[[nodiscard]] nlohmann::json drill_report(const std::string& name = "20261120T030000Z");

/// Lays report.json with this text, a page, sums and signature into `shelf`/`name`.
void lay_drill(const std::filesystem::path& shelf, const std::string& name, const std::string& report,
               const DrillKey& key = DrillKey::mine());

/// "<digest>  <name>\n".
[[nodiscard]] std::string sum_line(const std::string& file, const std::string& bytes);

void write_text(const std::filesystem::path& file, const std::string& text);

}  // namespace slipway::test
