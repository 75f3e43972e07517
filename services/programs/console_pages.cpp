#include "services/programs/console_pages.hpp"

#include "services/console/backups_page.hpp"

namespace slipway::programs {

// The page asks the agent each time: nothing of the repositories is kept here, nor their keys.
void add_console_pages(http::Router& router, const desk::Site& site, const config::Config& config) {
  const auto socket = config.path("backup.socket");
  const bool enabled = config.boolean("backup.enabled");
  desk::add_administrator_page(
      router, site, "/{account}/console/backups", [=](const desk::Administrator& who) -> Result<desk::View> {
        const console::Viewer viewer{who.account, who.account_kind, who.language, who.now};
        const auto report = enabled ? console::ask_agent(socket) : Result(console::BackupReport());
        if (report) return desk::View{"console_backups", console::backups_page(*report, viewer)};
        return desk::View{"console_backups", console::no_backups_page(viewer), traits(report.error().code).http_status};
      });
}

}  // namespace slipway::programs
