#include "appliance/http/client.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/URI.h>

#include <array>
#include <istream>
#include <ostream>

namespace slipway::http {
namespace {

using std::chrono::steady_clock;

Poco::Timespan timespan(std::chrono::milliseconds time) {
  return {static_cast<Poco::Timespan::TimeDiff>(time.count()) * 1000};
}

Poco::Net::Context::Ptr tls_context(const ClientOptions& options) {
  // POCO unloads OpenSSL's providers with the last context of the process, while another thread may be making the next.
  static const bool kept = (Poco::Net::initializeSSL(), true);
  static_cast<void>(kept);
  Poco::Net::Context::Params parameters;
  parameters.caLocation = options.ca_file;
  parameters.loadDefaultCAs = options.ca_file.empty();
  parameters.certificateFile = options.certificate_file;
  parameters.privateKeyFile = options.key_file;
  parameters.verificationMode = Poco::Net::Context::VERIFY_STRICT;
  Poco::Net::Context::Ptr context = new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, parameters);
  context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
  return context;
}

std::unique_ptr<Poco::Net::HTTPClientSession> open(const Poco::URI& uri, const ClientOptions& options) {
  std::unique_ptr<Poco::Net::HTTPClientSession> session;
  if (!options.unix_socket.empty()) {
    Poco::Net::StreamSocket socket;
    socket.connect(Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, options.unix_socket.string()),
                   timespan(options.limit));
    // POCO sets a session's limits on sockets that it connects itself, and on no other.
    socket.setSendTimeout(timespan(options.limit));
    socket.setReceiveTimeout(timespan(options.limit));
    session = std::make_unique<Poco::Net::HTTPClientSession>(socket);
  } else if (uri.getScheme() == "https") {
    session = std::make_unique<Poco::Net::HTTPSClientSession>(uri.getHost(), uri.getPort(), tls_context(options));
  } else {
    session = std::make_unique<Poco::Net::HTTPClientSession>(uri.getHost(), uri.getPort());
  }
  // All three: with one POCO leaves 30 seconds for connection and TLS handshake.
  session->setTimeout(timespan(options.limit), timespan(options.limit), timespan(options.limit));
  return session;
}

Result<std::string> read_body(std::istream& stream, const std::string& url, const ClientOptions& options) {
  const auto until = steady_clock::now() + options.limit * 10;
  std::string body;
  std::array<char, 16384> piece{};
  while (stream.read(piece.data(), piece.size()) || stream.gcount() > 0) {
    body.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
    if (body.size() > options.answer_bytes)
      return Error{Code::too_large,
                   "'" + url + "': answer is larger than " + std::to_string(options.answer_bytes) + " bytes"};
    if (steady_clock::now() > until) return Error{Code::timeout, "'" + url + "': answer takes too long"};
  }
  return body;
}

/// Before the body is sent; the head says nothing that others may not read.
Status is_named(Poco::Net::HTTPClientSession& session, const std::string& url, const std::string& name) {
  auto* tls = dynamic_cast<Poco::Net::HTTPSClientSession*>(&session);
  const std::string shown = tls != nullptr ? tls->serverCertificate().commonName() : std::string();
  if (shown == name) return {};
  return Error{Code::unavailable, "'" + url + "': '" + shown + "' answers there, and not '" + name + "'"};
}

Result<ClientAnswer> exchange(const ClientRequest& request, const Poco::URI& uri, const ClientOptions& options) {
  const auto session = open(uri, options);
  const std::string path = uri.getPathAndQuery();
  Poco::Net::HTTPRequest head(request.method, path.empty() ? "/" : path, Poco::Net::HTTPMessage::HTTP_1_1);
  head.setHost(uri.getHost(), uri.getPort());
  head.setKeepAlive(false);
  for (const auto& [name, value] : request.headers) head.set(name, value);
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT")
    head.setContentLength64(static_cast<Poco::Int64>(request.body.size()));
  auto& stream_out = session->sendRequest(head);
  if (!options.server_name.empty()) SLIPWAY_CHECK(is_named(*session, request.url, options.server_name));
  stream_out << request.body << std::flush;

  Poco::Net::HTTPResponse response;
  std::istream& stream = session->receiveResponse(response);
  ClientAnswer answer;
  answer.status = response.getStatus();
  for (const auto& [name, value] : response) {
    std::string lower = name;
    for (char& c : lower)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    answer.headers[lower] = value;
  }
  SLIPWAY_TRY(answer.body, read_body(stream, request.url, options));
  if (session->networkException() != nullptr) session->networkException()->rethrow();  // POCO's streams swallow it
  if (request.method != "HEAD" && response.hasContentLength() &&
      static_cast<std::uint64_t>(response.getContentLength64()) != answer.body.size() && answer.status != 304)
    return Error{Code::unavailable, "'" + request.url + "': connection ended within the answer"};
  return answer;
}

}  // namespace

Result<ClientAnswer> fetch(const ClientRequest& request, const ClientOptions& options) {
  try {
    const Poco::URI uri(request.url);
    if ((uri.getScheme() != "http" && uri.getScheme() != "https") || uri.getHost().empty())
      return Error{Code::invalid_argument, "address '" + request.url + "': is no http or https URL"};
    return exchange(request, uri, options);
  } catch (const Poco::SyntaxException&) {
    return Error{Code::invalid_argument, "address '" + request.url + "': is no URL"};
  } catch (const Poco::TimeoutException&) {
    return Error{Code::timeout,
                 "'" + request.url + "': no answer within " + std::to_string(options.limit.count()) + " ms"};
  } catch (const Poco::Net::SSLContextException& problem) {
    return Error{Code::invalid_argument,
                 "certificate authority '" + options.ca_file.string() + "'" +
                     (options.certificate_file.empty() ? std::string()
                                                       : ", certificate '" + options.certificate_file.string() +
                                                             "', key '" + options.key_file.string() + "'") +
                     ": " + problem.displayText()};
  } catch (const Poco::Exception& problem) {
    return Error{Code::unavailable, "'" + request.url + "': " + problem.displayText()};
  }
}

}  // namespace slipway::http
