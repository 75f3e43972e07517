// The parts of gather(), each for its own members of Facts, so that they can run side by side. Inside this folder only.
#pragma once

#include "services/doctor/gather.hpp"

namespace slipway::doctor {

void gather_system(const Sources& sources, System& system);
void gather_disks(const Sources& sources, System& system);
void gather_units(const Sources& sources, System& system);
void gather_files(const Sources& sources, Files& files);
/// Packages, and the kernels among them.
void gather_packages(const Sources& sources, Packages& packages, Fact<Names>& kernels);
void gather_updates(const Sources& sources, Packages& packages);
void gather_processes(const Sources& sources, Packages& packages);
void gather_network(const Sources& sources, Network& network);
void gather_certificate(const Sources& sources, Tls& tls);
void gather_protocols(const Sources& sources, Tls& tls);
void gather_ssh(const Sources& sources, Fact<Settings>& ssh);
void gather_database(const Sources& sources, Facts& facts);
void gather_programs(const Sources& sources, Programs& programs);
void gather_backups(const Sources& sources, Backups& backups);
void gather_monitoring(const Sources& sources, Monitoring& monitoring);
void gather_security(const Sources& sources, Security& security);
void gather_identity(const Sources& sources, Identity& identity);

/// Where an appliance's certificate is, and an embedded one's.
[[nodiscard]] std::filesystem::path certificate_file(const Sources& sources);
[[nodiscard]] std::filesystem::path key_file(const Sources& sources);
/// "127.0.0.1:443", where this installation is served.
[[nodiscard]] std::string front_address(const Sources& sources);

}  // namespace slipway::doctor
