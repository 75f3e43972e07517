#include "services/programs/console_pages.hpp"

#include "appliance/telemetry/log.hpp"
#include "services/console/backups_page.hpp"
#include "services/console/drills_page.hpp"

namespace slipway::programs {
namespace {

using desk::Administrator;
using desk::View;

console::Viewer viewer_of(const Administrator& who) { return {who.account, who.account_kind, who.language, who.now}; }

// The page asks the agent each time: nothing of the repositories is kept here, nor their keys.
void add_backups(http::Router& router, const desk::Site& site, const config::Config& config) {
  const auto socket = config.path("backup.socket");
  const bool enabled = config.boolean("backup.enabled");
  desk::add_administrator_page(
      router, site, "/{account}/console/backups", [=](const Administrator& who) -> Result<View> {
        const auto viewer = viewer_of(who);
        const auto report = enabled ? console::ask_agent(socket) : Result(console::BackupReport());
        if (report) return View{"console_backups", console::backups_page(*report, viewer)};
        return View{"console_backups", console::no_backups_page(viewer), traits(report.error().code).http_status};
      });
}

// A report is a page of its own, made elsewhere: it brings its style sheet, and nothing else of it is carried out.
http::Response report_response(std::string page) {
  return http::Response::html(std::move(page))
      .with("Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'; sandbox");
}

void add_drills(http::Router& router, const desk::Site& site, const config::Config& config) {
  const auto directory = config.path("console.drills");
  const auto limit_days = config.integer("console.drill_days");
  desk::add_administrator_page(router, site, "/{account}/console/drills",
                               [=](const Administrator& who) -> Result<View> {
                                 const auto viewer = viewer_of(who);
                                 const auto shelf = console::read_shelf(directory, who.now);
                                 if (shelf)
                                   return View{"console_drills", console::drills_page(*shelf, viewer, limit_days)};
                                 telemetry::log_error("console.drills_unreadable", shelf.error());
                                 return View{"console_drills", console::no_drills_page(viewer), 503};
                               });
  desk::add_administrator_answer(
      router, site, "/{account}/console/drills/{drill}",
      [=](const Administrator& /*who*/, const http::Request& request) -> Result<http::Response> {
        SLIPWAY_TRY(auto page, console::read_drill_page(directory, request.parameters.at("drill")));
        return report_response(std::move(page));
      });
}

}  // namespace

void add_console_pages(http::Router& router, const desk::Site& site, const config::Config& config) {
  add_backups(router, site, config);
  add_drills(router, site, config);
}

}  // namespace slipway::programs
