"""What is wrong with the user's input, and the readers that notice it.

Every reader of a file notes all that it meets in one `Problems`; what is raised in the end is one `BadInput`.
"""
