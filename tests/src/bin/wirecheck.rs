//! The command as it is, under a name of its own so that it does not collide
//! with the real one in `target/`.

fn main() -> std::process::ExitCode {
    wirecheck::cli::main()
}
