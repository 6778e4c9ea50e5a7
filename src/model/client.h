// The model API: one request out, a stream of items back, over either wire form, with retries.
#pragma once

#include <memory>

#include "http/transport.h"
#include "model/headers.h"
#include "model/model_error.h"
#include "model/provider.h"
#include "model/request.h"
#include "model/response.h"

namespace codex::model {

class StreamReader;

/// Loop thread only. Tells of each retry through base::log and StreamEvents.
class Client {
  public:
    Client(http::Transport& transport, Provider provider, Auth auth = {}, Identity identity = {});

    /// One sampling request: HTTP retries (request_max_retries) and reconnects of a lost stream
    /// (stream_max_retries), the server's delays as a floor, all of them together up to ten
    /// minutes. Throws ModelError, Interrupted.
    ModelResponse sample(ModelRequest request, const StreamEvents& events,
                         const loop::Cancel* cancel);

    const Provider& provider() const { return provider_; }

  private:
    http::Request make_request(const ModelRequest& request) const;
    std::unique_ptr<StreamReader> make_reader(const ModelRequest& request,
                                              const StreamEvents& events) const;
    ModelResponse sample_once(const ModelRequest& request, const StreamEvents& events,
                              const loop::Cancel* cancel, std::vector<protocol::Item>& received);
    ModelResponse read_answer(http::Exchange& exchange, http::Response head,
                              const ModelRequest& request, StreamReader& reader,
                              const loop::Cancel* cancel);

    http::Transport& transport_;
    Provider provider_;
    Auth auth_;
    Identity identity_;
};

}  // namespace codex::model
