#include "appliance/http/tls.hpp"

#include <Poco/Exception.h>
#include <openssl/ssl.h>
#include <unistd.h>

namespace slipway::http {
namespace {

Status readable(const std::filesystem::path& file, const char* what) {
  if (::access(file.c_str(), R_OK) == 0) return {};
  return Error{Code::invalid_argument, std::string(what) + " '" + file.string() + "': cannot be read",
               "check that the file exists and that this user may read it"};
}

/// Null when the key is not that of the certificate, which OpenSSL drops without a word.
Poco::Net::Context::Ptr make(const ServerOptions& options) {
  Poco::Net::Context::Params parameters;
  parameters.certificateFile = options.certificate_file;
  parameters.privateKeyFile = options.key_file;
  const bool known_clients = !options.client_ca_file.empty();
  parameters.verificationMode = known_clients ? Poco::Net::Context::VERIFY_STRICT : Poco::Net::Context::VERIFY_NONE;
  parameters.caLocation = options.client_ca_file;
  parameters.cipherList = "ECDHE+AESGCM:ECDHE+CHACHA20";
  Poco::Net::Context::Ptr context = new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, parameters);
  context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
  context->enableSessionCache(true, "slipway");
  context->setSessionCacheSize(4096);
  SSL_CTX* raw = context->sslContext();
  if (SSL_CTX_check_private_key(raw) != 1) return {};
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                               SSL_OP_PRIORITIZE_CHACHA);
  return context;
}

}  // namespace

Result<Poco::Net::Context::Ptr> make_tls_context(const ServerOptions& options) {
  if (options.certificate_file.empty() && options.key_file.empty() && options.client_ca_file.empty())
    return Poco::Net::Context::Ptr();
  if (options.certificate_file.empty() || options.key_file.empty())
    return Error{Code::invalid_argument, "TLS: certificate and key belong together", "set both or neither"};
  SLIPWAY_CHECK(readable(options.certificate_file, "certificate"));
  SLIPWAY_CHECK(readable(options.key_file, "key"));
  if (!options.client_ca_file.empty()) SLIPWAY_CHECK(readable(options.client_ca_file, "authority of clients"));
  const auto refused = [&](const std::string& why) {
    return Error{
        Code::invalid_argument,
        "certificate '" + options.certificate_file.string() + "' with key '" + options.key_file.string() + "': " + why,
        "both must be PEM, and the key that of the certificate"};
  };
  try {
    auto context = make(options);
    if (context.isNull()) return refused("the key is not that of the certificate");
    return context;
  } catch (const Poco::Exception& problem) {
    return refused(problem.displayText());
  }
}

}  // namespace slipway::http
