#!/bin/sh
# A wrapper of rustc that compiles tests, the library's own among them, without optimisation: what they call of the library
# is optimised, they themselves need not be, and compile in a fraction of the time. No profile can say so: Cargo's are of
# whole packages.
rustc="$1"
shift
case " $* " in
*" --test "*) exec "$rustc" "$@" -C opt-level=0 ;;
*) exec "$rustc" "$@" ;;
esac
