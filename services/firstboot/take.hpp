// What the web wizard left for root: answers, or the wish to try once more. Inside this folder only.
#pragma once

#include <filesystem>

#include "appliance/base/result.hpp"
#include "appliance/firstboot/progress.hpp"

namespace slipway::firstboot {

/// Checks the answers in `from` (answers.toml) and puts them where the first boot finds them; answers with a fault are
/// not taken, and the file "refused" beside the lock says why. An empty file "again" touches the answers that are
/// there. Nothing stays in `from`. False: nothing was there. Errors: those of the files; invalid_argument (a fault);
/// conflict (the first boot is over, or being carried out).
[[nodiscard]] Result<bool> take_answers(const Places& places, const std::filesystem::path& from);

}  // namespace slipway::firstboot
