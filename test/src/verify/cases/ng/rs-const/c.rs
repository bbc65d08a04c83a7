const API_KEY: &str = "tZTDtXJSHZb3LqlCZefFRtBnQX8EpnjV";
