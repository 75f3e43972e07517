#include "appliance/base/secret.hpp"

#include <cstring>

namespace slipway {

// A moved string may leave its bytes behind in the other's short buffer, so: copy, then wipe.
Secret::Secret(Secret&& other) noexcept : text_(other.text_) {  // NOLINT(performance-move-constructor-init)
  other.wipe();
}

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe();
    text_ = other.text_;
  }
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    text_ = other.text_;
    other.wipe();
  }
  return *this;
}

Secret::~Secret() { wipe(); }

void Secret::wipe() noexcept {
  // explicit_bzero is not optimised away, unlike memset on memory about to be freed.
  explicit_bzero(text_.data(), text_.size());
  text_.clear();
}

}  // namespace slipway
