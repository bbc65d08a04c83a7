login("hf_WKrZvVK6t7yJ2ekdx1uNcKYu0Z3kcx6rD4")
