// Secret: a string that cannot be printed by accident and is wiped when it goes.
#pragma once

#include <string>
#include <string_view>

namespace slipway {

/// Holds a password, key or token. Has no stream operator and no conversion: `reveal()` is the one way to read it,
/// so every place that does can be found. Not synchronised; copy it to share it.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  [[nodiscard]] const std::string& reveal() const noexcept { return text_; }

 private:
  void wipe() noexcept;
  std::string text_;
};

}  // namespace slipway
