// Forms, read by POCO's HTMLForm.
#pragma once

#include <istream>
#include <memory>

#include "appliance/http/message.hpp"
#include "appliance/http/spool.hpp"

namespace slipway::http {

/// Files of the form go to `files`, which must outlive the uses of Upload::path. Errors: invalid_argument, unsupported
/// (media type), no_space.
[[nodiscard]] Result<Form> read_form(const std::string& content_type, std::istream& body, std::uint64_t limit_bytes,
                                     std::vector<std::unique_ptr<TemporaryFile>>& files);

/// The last path component without control characters, at most 255 bytes, UTF-8, never empty.
[[nodiscard]] std::string safe_file_name(std::string_view name);

}  // namespace slipway::http
