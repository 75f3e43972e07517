// A mariadbd's directory: made, checked and locked before a server starts on it.
#pragma once

#include "appliance/embedded/embedded.hpp"

namespace slipway::embedded {

/// Makes `directory` (0700) unless it is there. Errors: permission when it belongs to another user, no_space.
[[nodiscard]] Status make_private_directory(const std::filesystem::path& directory);

/// The error for a disk that is full, with the way out.
[[nodiscard]] Error disk_full(const std::filesystem::path& directory);

/// Whether the disk has no room left at all. A server then waits for room rather than end, and cannot say so in its
/// log.
[[nodiscard]] bool is_full(const std::filesystem::path& directory);

/// Error no_space unless the disk of `directory` has `needed_bytes` free.
[[nodiscard]] Status require_space(const std::filesystem::path& directory, std::uint64_t needed_bytes);

/// Error invalid_argument when the system does not take `socket` as the path of a UNIX socket.
[[nodiscard]] Status check_socket_path(const std::filesystem::path& socket);

/// Makes what `options.directory` lacks, up to an initialised data directory. An initialisation that was killed is
/// begun anew: data/ appears whole or not at all. The caller holds the directory's lock.
/// Errors: those of Database::start except in_use and timeout.
[[nodiscard]] Status prepare_data_directory(const DatabaseOptions& options);

/// The socket, lock file, log and argument vector of the server on `options.directory`.
[[nodiscard]] std::filesystem::path server_socket(const DatabaseOptions& options);
[[nodiscard]] std::filesystem::path server_lock(const DatabaseOptions& options);
[[nodiscard]] std::filesystem::path server_log(const DatabaseOptions& options);
[[nodiscard]] process::Command server_command(const DatabaseOptions& options);

/// The administrator's endpoint: this process's own user over the socket.
[[nodiscard]] sql::Endpoint server_administrator(const DatabaseOptions& options);

/// Whether the server answers a statement.
[[nodiscard]] bool server_answers(const DatabaseOptions& options);

/// How much the server has logged so far, in bytes.
[[nodiscard]] std::uintmax_t log_size(const DatabaseOptions& options);

/// Why a server ended during its start, from the last lines of its log after offset `log_start`.
[[nodiscard]] Error server_failure(const DatabaseOptions& options, std::uintmax_t log_start, const std::string& what);

}  // namespace slipway::embedded
