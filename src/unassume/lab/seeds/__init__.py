"""The scenarios a lab can start with, played over HTTP like any client would."""
