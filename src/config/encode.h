// The key lists as field lists of json, so that a configuration can be written.
#pragma once

#include "config/key_lists.h"
#include "json/codec.h"

template <codex::config::HasKeys T>
struct codex::json::Describe<T> {
    template <class V>
    struct Adapter {
        V& visitor;
        template <class Owner, class M>
        void operator()(const codex::config::Key& key, M Owner::*member) {
            // A member of a base class is one of T as well.
            visitor(key.name, static_cast<M T::*>(member), codex::json::optional);
        }
    };
    template <class V>
    static void fields(V& v) {
        Adapter<V> adapter{v};
        codex::config::Keys<T>::list(adapter);
    }
};
