#include "tests/support/member_certificate.hpp"

#include "appliance/process/process.hpp"

namespace slipway::test {

Status make_member_certificate(const std::filesystem::path& directory, const std::string& name) {
  const auto made = process::run({.argv = {"openssl",
                                           "req",
                                           "-x509",
                                           "-newkey",
                                           "ec",
                                           "-pkeyopt",
                                           "ec_paramgen_curve:P-256",
                                           "-nodes",
                                           "-subj",
                                           "/CN=" + name,
                                           "-days",
                                           "2",
                                           "-addext",
                                           "subjectAltName=IP:127.0.0.1",
                                           "-addext",
                                           "extendedKeyUsage=serverAuth,clientAuth",
                                           "-addext",
                                           "basicConstraints=critical,CA:FALSE",
                                           "-keyout",
                                           (directory / (name + ".key")).string(),
                                           "-out",
                                           (directory / (name + ".pem")).string()}});
  if (!made) return made.error();
  if (made->exit_status != 0)
    return Error{Code::internal, "openssl: ended with status " + std::to_string(made->exit_status)};
  return {};
}

}  // namespace slipway::test
