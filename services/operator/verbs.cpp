#include "services/operator/command.hpp"

namespace slipway::operator_ {

void register_verbs(Verbs& verbs) {
  register_config(verbs);
  register_account(verbs);
  register_embedded(verbs);
}

}  // namespace slipway::operator_
