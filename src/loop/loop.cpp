#include "loop/loop.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/error.h"

namespace codex::loop {
namespace {

// Without a timer the wait is cut now and then; that costs nothing and keeps the number an int.
constexpr std::chrono::milliseconds kLongestWait = std::chrono::minutes(1);

struct FreeMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

struct Watch {
    int fd;
    Loop::Interest interest;
    std::function<void()> ready;
};

using Watches = std::map<Loop::Id, Watch>;
using Rounds = std::map<Loop::Id, std::function<void()>>;
using Timers = std::map<std::pair<base::Steady, Loop::Id>, std::function<void()>>;

}  // namespace

struct Loop::State {
    explicit State(const base::Clock& the_clock) : clock(the_clock), multi(curl_multi_init()) {
        if (!multi) throw base::Error("cannot make the event loop: out of memory");
    }

    void run_round();
    void wait();
    void fire_timers();
    void release_removed();

    const base::Clock& clock;
    std::unique_ptr<CURLM, FreeMulti> multi;
    Id next_id = 1;
    Watches watches;
    Rounds rounds;
    Timers timers;
    std::map<Id, base::Steady> timer_times;
    // A callback may remove itself while it runs: its node stays here, at its address, until the
    // round is over.
    std::vector<Watches::node_type> removed_watches;
    std::vector<Rounds::node_type> removed_rounds;
    std::vector<curl_waitfd> descriptors;
    std::vector<Id> descriptor_ids;
    bool running = false;
};

void Loop::State::release_removed() {
    // Their destructors may remove others.
    while (!removed_watches.empty() || !removed_rounds.empty()) {
        const auto dead_watches = std::exchange(removed_watches, {});
        const auto dead_rounds = std::exchange(removed_rounds, {});
    }
}

void Loop::State::wait() {
    descriptors.clear();
    descriptor_ids.clear();
    for (const auto& [id, watch] : watches) {
        const bool readable = watch.interest == Interest::readable;
        descriptors.push_back(
            {.fd = watch.fd,
             .events = static_cast<short>(readable ? CURL_WAIT_POLLIN : CURL_WAIT_POLLOUT),
             .revents = 0});
        descriptor_ids.push_back(id);
    }
    const bool is_virtual = clock.is_virtual();
    auto timeout = kLongestWait;
    if (!timers.empty()) {
        const auto rest = timers.begin()->first.first - clock.now();
        timeout = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(rest),
                             std::chrono::milliseconds(0), kLongestWait);
        if (is_virtual) timeout = std::chrono::milliseconds(0);
    }
    int ready = 0;
    const CURLMcode code =
        curl_multi_poll(multi.get(), descriptors.data(), static_cast<unsigned>(descriptors.size()),
                        static_cast<int>(timeout.count()), &ready);
    if (code != CURLM_OK) {
        throw base::Error(fmt::format("cannot wait for events: {}", curl_multi_strerror(code)));
    }
    if (is_virtual && ready == 0 && !timers.empty()) {
        const base::Steady next = timers.begin()->first.first;
        if (next > clock.now()) clock.skip_to(next);
    }
}

void Loop::State::fire_timers() {
    // What callbacks add now is for the next round: a timer that rearms itself with no delay must
    // not starve the rest.
    const Id first_new = next_id;
    const base::Steady now = clock.now();
    while (!timers.empty()) {
        const auto [when, id] = timers.begin()->first;
        if (when > now || id >= first_new) break;
        const auto node = timers.extract(timers.begin());
        timer_times.erase(id);
        node.mapped()();
    }
}

void Loop::State::run_round() {
    wait();
    std::vector<Id> round_ids;
    for (const auto& [id, perform] : rounds) round_ids.push_back(id);
    for (const Id id : round_ids) {
        if (const auto found = rounds.find(id); found != rounds.end()) found->second();
    }
    for (std::size_t i = 0; i < descriptors.size(); ++i) {
        // libcurl reports a hang-up or an error as readable, whatever was asked for.
        if (descriptors[i].revents == 0) continue;
        if (const auto found = watches.find(descriptor_ids[i]); found != watches.end()) {
            found->second.ready();
        }
    }
    fire_timers();
}

Loop::Loop(const base::Clock& clock) : state_(std::make_unique<State>(clock)) {}
Loop::~Loop() = default;

Loop::Id Loop::watch(int fd, Interest interest, std::function<void()> ready) {
    const Id id = state_->next_id++;
    state_->watches.emplace(id, Watch{fd, interest, std::move(ready)});
    return id;
}

void Loop::unwatch(Id watch) {
    auto node = state_->watches.extract(watch);
    if (!node.empty() && state_->running) state_->removed_watches.push_back(std::move(node));
}

Loop::Id Loop::at(base::Steady when, std::function<void()> due) {
    const Id id = state_->next_id++;
    state_->timers.emplace(std::pair(when, id), std::move(due));
    state_->timer_times.emplace(id, when);
    return id;
}

Loop::Id Loop::after(std::chrono::milliseconds delay, std::function<void()> due) {
    return at(state_->clock.now() + delay, std::move(due));
}

void Loop::cancel_timer(Id timer) {
    const auto found = state_->timer_times.find(timer);
    if (found == state_->timer_times.end()) return;
    // Taken out first: what the callback holds may cancel timers when it is destroyed.
    const auto node = state_->timers.extract(std::pair(found->second, timer));
    state_->timer_times.erase(found);
}

void Loop::run_until(const std::function<bool()>& done, const Cancel* cancel) {
    if (state_->running)
        throw std::logic_error("the event loop was entered from one of its callbacks");
    struct Running {
        explicit Running(State& the_state) : state(the_state) { state.running = true; }
        ~Running() {
            state.running = false;
            state.release_removed();
        }
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;
        State& state;
    };
    const Running running(*state_);
    while (true) {
        if (cancel != nullptr) cancel->throw_if_requested();
        if (done()) return;
        state_->run_round();
        state_->release_removed();
    }
}

void Loop::sleep(std::chrono::milliseconds duration, const Cancel* cancel) {
    bool over = false;
    struct Timer {
        Loop& loop;
        Id id;
        ~Timer() { loop.cancel_timer(id); }
    };
    const Timer timer{*this, after(duration, [&over] { over = true; })};
    run_until([&over] { return over; }, cancel);
}

const base::Clock& Loop::clock() const {
    return state_->clock;
}

void* Loop::curl_multi() {
    return state_->multi.get();
}

Loop::Id Loop::on_round(std::function<void()> perform) {
    const Id id = state_->next_id++;
    state_->rounds.emplace(id, std::move(perform));
    return id;
}

void Loop::off_round(Id round) {
    auto node = state_->rounds.extract(round);
    if (!node.empty() && state_->running) state_->removed_rounds.push_back(std::move(node));
}

}  // namespace codex::loop
