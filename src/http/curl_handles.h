// Owned libcurl handles and the check of its return codes; private to this module.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "base/error.h"
#include "base/free_with.h"

namespace codex::http {

using base::FreeWith;

using Easy = std::unique_ptr<CURL, FreeWith<curl_easy_cleanup>>;
using List = std::unique_ptr<curl_slist, FreeWith<curl_slist_free_all>>;
using UrlHandle = std::unique_ptr<CURLU, FreeWith<curl_url_cleanup>>;
using CurlText = std::unique_ptr<char, FreeWith<curl_free>>;

inline void append(List& list, const std::string& line) {
    curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw base::Error("cannot make an HTTP request: out of memory");
    static_cast<void>(list.release());
    list.reset(longer);
}

inline void check(CURLcode code, const char* what) {
    if (code != CURLE_OK) {
        throw base::Error(std::string(what) + ": " + curl_easy_strerror(code));
    }
}

inline void check(CURLMcode code, const char* what) {
    if (code != CURLM_OK) {
        throw base::Error(std::string(what) + ": " + curl_multi_strerror(code));
    }
}

/// curl_easy_setopt with its result checked.
template <typename Value>
void set_option(const Easy& easy, CURLoption option, Value value) {
    check(curl_easy_setopt(easy.get(), option, value), "cannot prepare an HTTP request");
}

}  // namespace codex::http
