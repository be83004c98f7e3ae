"""From an OpenAPI document to API files and worlds that a person would keep.

Document -> resources -> tables -> operations -> text
                                -> rows       -> text
"""
