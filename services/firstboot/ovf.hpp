// Properties that a platform hands to a machine of an OVA, as answers. Inside this folder only.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"
#include "appliance/firstboot/answers.hpp"
#include "appliance/firstboot/progress.hpp"

namespace slipway::firstboot {

/// The properties of an OVF environment document; entities are not resolved. Errors: corrupt (no such document),
/// too_large.
[[nodiscard]] Result<std::map<std::string, std::string>> parse_ovf_environment(const std::string& xml);

/// Answers of them; nothing when none answers a question. What stands in them is not looked at: the answers are checked
/// as any others.
[[nodiscard]] std::optional<Answers> answers_of(const std::map<std::string, std::string>& properties);

/// Writes the answers file where there is none and the first boot is not over; `file` instead of what the platform
/// gives. False: nothing to write. Errors: those of the document and of writing.
[[nodiscard]] Result<bool> import_ovf(const Places& places, const std::filesystem::path& file);

}  // namespace slipway::firstboot
