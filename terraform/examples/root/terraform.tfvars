# Everything else has a default; `README.md` lists it. The key is no part of this file.
allowed_origins  = ["https://shop.example"]
limit_per_origin = "20/minute;300/day"
project_id       = "my-project"
region           = "us-central1"
token_seconds    = 600
