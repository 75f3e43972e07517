// The web wizard of a machine's first boot: asks for the answers of appliance/firstboot in a browser, behind the
// one-time code that the console shows, hands them over as a file, and shows how they are carried out (F7).
// It holds no secret of the installation and changes nothing itself.
#pragma once

#include <filesystem>
#include <memory>

#include "appliance/base/time.hpp"
#include "appliance/firstboot/progress.hpp"
#include "appliance/http/router.hpp"

namespace slipway::wizard {

/// Where things are. All of them may be missing.
struct Places {
  firstboot::Places machine;           ///< how the first boot goes, and the one-time code (0600, or a credential)
  std::filesystem::path answers_file;  ///< written by the wizard, taken by root
  std::filesystem::path again_file;    ///< likewise: what failed is to be tried once more
  std::filesystem::path refusal_file;  ///< why root did not take the answers
  std::filesystem::path leases = "/run/systemd/netif/leases";
};

struct State;

/// Thread-safe once its routes are added.
class Wizard {
 public:
  /// `clock` must outlive it.
  Wizard(Places places, const Clock& clock);
  Wizard(const Wizard&) = delete;
  Wizard& operator=(const Wizard&) = delete;
  ~Wizard();

  /// All pages, below /first-boot; every other address leads there. The wizard must outlive the router.
  void add_routes(http::Router& router);

  /// Whether it has nothing more to do: the first boot is done, and somebody has seen it or had ten minutes to.
  [[nodiscard]] bool over();

 private:
  std::unique_ptr<State> state_;
};

}  // namespace slipway::wizard
