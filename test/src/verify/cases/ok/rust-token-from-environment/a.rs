let token = std::env::var("TOKEN").expect("TOKEN");
pub const PASSWORD_LEN: usize = 16;
assert_eq!(parse("password=abc123"), Ok(()));
